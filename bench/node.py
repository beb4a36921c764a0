"""The real binary with a data directory of its own, as it is measured."""

import http.client
import itertools
import json
import os
import sys
import time

from load import wrk
from processes import BINARY, Server, free_port, output

# With a stimulus, about 300 bytes.
RESPONSE = ("a response of a sensible length " * 9)[:260]
# Stimuli that are asked.
KNOWN = 5000


class Node:
    name = "Kolibri"

    def __init__(self, folder, **settings):
        folder.mkdir()
        self.folder = folder
        self.settings = settings
        self.round = 0
        self.server = None
        self.start()

    def start(self):
        """Starts it; returns the seconds until it was ready."""
        self.port, self.metrics = free_port(), free_port()
        # The caller's own settings (a token, a collector) must not reach the measured node.
        env = {key: value for key, value in os.environ.items() if not key.startswith("KOLIBRI_")}
        env |= {
            "KOLIBRI_HTTP_PORT": str(self.port),
            "KOLIBRI_PROMETHEUS_PORT": str(self.metrics),
            "KOLIBRI_DATA_DIR": str(self.folder / "data"),
            "KOLIBRI_LOG": "warn",
        }
        env |= {f"KOLIBRI_{name.upper()}": value for name, value in self.settings.items()}
        self.server = Server([BINARY, "serve"], self.folder, lambda: self.request("GET", "/readyz")[0] == 200, env=env)
        return self.server.ready_after

    def stop(self):
        self.server.stop()

    def request(self, method, path, body=None, connection=None):
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body and json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, response.read().decode()

    def length(self):
        return json.loads(self.request("GET", "/api/v1/genome")[1])["length"]

    def fill(self, pairs):
        """Teaches pairs (stimulus, response), a thousand in a request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        pairs = iter(pairs)
        while some := list(itertools.islice(pairs, 1000)):
            lines = "".join(json.dumps({"stimulus": stimulus, "response": response}) + "\n" for stimulus, response in some)
            connection.request("POST", "/api/v1/teach:batch", lines, {"Content-Type": "application/x-ndjson"})
            response = connection.getresponse()
            answers = response.read()
            if response.status != 200 or answers.count(b'"block"') != len(some):
                sys.exit(f"bench: a batch was answered {response.status}: {answers.decode()[-500:]}")

    def know(self):
        self.fill((f"known {number:010}", f"{RESPONSE} {number}") for number in range(1, KNOWN + 1))

    def teach(self, connections):
        self.round += 1
        return wrk("teach.lua", self.url(), connections, f"round {self.round}", RESPONSE)

    def teach_in_batches(self, connections):
        """Events a second, counted by the blocks."""
        self.round += 1
        before, began = self.length(), time.monotonic()
        found = wrk("teach_batch.lua", self.url(), connections, f"batch {self.round}", RESPONSE)
        return found | {"rate": (self.length() - before) / (time.monotonic() - began)}

    def ask(self, connections):
        # wrk sees statuses only: look whether the answer is the one that was taught.
        status, answer = self.request("POST", "/api/v1/ask", {"stimulus": f"known {KNOWN:010}"})
        if status != 200 or f"{RESPONSE} {KNOWN}" not in answer:
            sys.exit(f"bench: ASK answered {status}: {answer}")
        return wrk("ask.lua", self.url(), connections, "known", KNOWN)

    def scrape(self):
        """Milliseconds for a full scrape, the median of 21."""
        took = []
        for _ in range(21):
            connection = http.client.HTTPConnection("127.0.0.1", self.metrics, timeout=10)
            began = time.monotonic()
            connection.request("GET", "/metrics")
            connection.getresponse().read()
            took.append((time.monotonic() - began) * 1000)
        return sorted(took)[10]

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def genome(self):
        """The bytes of the genome's files."""
        return sum(path.stat().st_size for path in (self.folder / "data").glob("genome.db*"))


def verify(directory):
    """Seconds to verify a genome that no node has open."""
    began = time.monotonic()
    output([BINARY, "genome", "verify", "--data-dir", directory], timeout=3600)
    return time.monotonic() - began


def drill(directory, events, flush):
    """The report of a drill at full speed, in a process of its own."""
    command = [BINARY, "soak", "run", "--standalone", "--json", "--directory", directory, "--concurrency", "64"]
    command += ["--minutes", "10", "--events-per-minute", events // 10, *([] if flush else ["--no-fsync"])]
    env = {key: value for key, value in os.environ.items() if not key.startswith("KOLIBRI_")}
    env |= {"KOLIBRI_PROMETHEUS_PORT": "0", "KOLIBRI_LOG": "warn"}
    report = json.loads(output(command, timeout=3600, env=env))
    if report["errors"] or not report["verified"]:
        sys.exit(f"bench: the drill failed: {report}")
    return report
