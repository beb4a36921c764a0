"""What people would use instead, each as durable as the node and beside it on the same disk."""

import glob
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import time

from load import SECONDS, wrk
from node import KNOWN, RESPONSE
from processes import TARGET, Server, free_port, listens, output

# As many bytes as a TEACH has.
BODY = '{"stimulus":"round 0 0 0000000000","response":"' + RESPONSE + '"}'


class EmptyPost:
    """The node's HTTP library with a handler that does nothing."""

    name = "an empty POST"

    def __init__(self):
        self.process = subprocess.Popen(
            [TARGET / "examples/empty_post"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.address = self.process.stdout.readline().strip()

    def post(self, connections):
        return wrk("empty.lua", f"http://{self.address}", connections, BODY)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


class Postgres:
    """A private cluster on a unix socket; the packaged service, if any, is left alone."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
        self.name = "PostgreSQL " + output([f"{self.bin}/postgres", "--version"]).split()[2]
        folder.mkdir(mode=0o700)
        user = {}
        if os.getuid() == 0:  # it refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
            user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        data = folder / "data"
        initdb = [f"{self.bin}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        output([*initdb, "--no-locale"], cwd=folder, **user)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": folder,
            "fsync": "on",
            "synchronous_commit": "on",
            "shared_buffers": "512MB",
            "max_connections": "600",
            "max_wal_size": "4GB",  # no checkpoint in the middle of a round
        }
        options = [option for key, value in settings.items() for option in ("-c", f"{key}={value}")]

        def ready():
            return subprocess.call([f"{self.bin}/pg_isready", "-q", "-h", folder]) == 0

        # SIGINT is its fast shutdown: it does not wait for clients.
        command = [f"{self.bin}/postgres", "-D", data, *options]
        self.server = Server(command, folder, ready, stop=signal.SIGINT, **user)
        self.sql("create table pair (stimulus text primary key, response text not null)")
        known = f"select 'known ' || lpad(n::text, 10, '0'), '{RESPONSE} ' || n"
        self.sql(f"insert into pair {known} from generate_series(1, {KNOWN}) n")
        self.sql("vacuum analyze pair")
        self.round = 0

    def stop(self):
        self.server.stop()

    def sql(self, statement):
        output([f"{self.bin}/psql", "-X", "-q", *self.where(), "-c", statement])

    def where(self):
        return ["-h", self.folder, "-U", "postgres", "postgres"]

    def insert(self, connections):
        self.round += 1
        return self.pgbench("insert.sql", connections, n=0, tag=f"round {self.round}", response=RESPONSE)

    def select(self, connections):
        return self.pgbench("select.sql", connections, known=KNOWN)

    def pgbench(self, script, connections, **variables):
        # pgbench knows no percentiles: they come from its log, of every tenth transaction to keep that cheap.
        log = self.folder / "log"
        command = [
            f"{self.bin}/pgbench",
            "-n",
            "-M",
            "prepared",
            "-c",
            connections,
            "-j",
            min(2, connections),
            "-T",
            SECONDS,
        ]
        command += ["-f", f"bench/{script}", "-l", "--sampling-rate=0.1", f"--log-prefix={log}"]
        command += [option for key, value in variables.items() for option in ("-D", f"{key}={value}")]
        report = output([*command, *self.where()], timeout=SECONDS + 120)
        latencies = []
        for path in self.folder.glob("log.*"):
            latencies += [int(line.split()[2]) / 1000 for line in path.read_text().splitlines()]
            path.unlink()
        percentiles = statistics.quantiles(latencies, n=100)
        return {
            "rate": float(re.search(r"tps = ([\d.]+)", report)[1]),
            "p50": percentiles[49],
            "p99": percentiles[98],
            "errors": int(re.search(r"failed transactions: (\d+)", report)[1]),
        }


class Redis:
    """Redis that flushes before it answers, driven by its own benchmark over TCP."""

    def __init__(self, folder):
        folder.mkdir()
        self.name = "Redis " + re.search(r"v=([\d.]+)", output(["redis-server", "--version"]))[1]
        self.port = free_port()
        command = ["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        command += ["--appendonly", "yes", "--appendfsync", "always"]
        self.server = Server(command, folder, lambda: listens(self.port))
        output(["redis-cli", "-p", self.port, "SET", "known", RESPONSE])
        self.requests = {}

    def stop(self):
        self.server.stop()

    def append(self, connections):
        return self.benchmark(connections, "XADD", "genome", "*", "content", BODY)

    def get(self, connections):
        return self.benchmark(connections, "GET", "known")

    def benchmark(self, connections, *command):
        # It counts requests and not seconds: as many as the last round says.
        requests = self.requests.get((command[0], connections), 20_000)
        options = ["redis-benchmark", "-p", self.port, "-c", connections, "-n", requests, "--csv"]
        told = output([*options, *command], timeout=SECONDS * 20 + 60).splitlines()[-1]
        # The first field is the command itself, whose quotes are not escaped.
        _, rate, _, _, p50, _, p99, _ = (field.strip('"') for field in told.rsplit(",", 7))
        rate = float(rate)
        self.requests[command[0], connections] = max(1000, int(rate * SECONDS))
        return {"rate": rate, "p50": float(p50), "p99": float(p99), "errors": 0}


class Fts:
    """SQLite's full-text index, in this process: any of the words, best first, as one would write it."""

    name = f"SQLite FTS5 {sqlite3.sqlite_version}"

    def __init__(self, pairs):
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute("CREATE VIRTUAL TABLE pair USING fts5(stimulus, response UNINDEXED)")
        self.connection.executemany("INSERT INTO pair VALUES (?, ?)", pairs)

    def ask(self, question):
        words = " OR ".join(f'"{word}"' for word in question.split())
        query = "SELECT response FROM pair WHERE pair MATCH ? ORDER BY rank LIMIT 1"
        return self.connection.execute(query, (f"stimulus : ({words})",)).fetchone()


def bulk_insert(path, rows, row_bytes, flush):
    """SQLite's own shell, 1000 rows a transaction: rows a second."""
    begin = f"PRAGMA journal_mode=WAL; PRAGMA synchronous={'FULL' if flush else 'OFF'};"
    create = "CREATE TABLE block (idx INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;"
    insert = f"INSERT INTO block (content) SELECT zeroblob({row_bytes}) FROM generate_series(1, 1000);"
    began = time.monotonic()
    output(["sqlite3", path], input=f"{begin} {create} " + insert * (rows // 1000))
    took = time.monotonic() - began
    for file in glob.glob(f"{path}*"):
        pathlib.Path(file).unlink()
    return rows / took


def phrases(count, seed=1):
    """Pairs of words that are as common as words are, and a question for each that has most of its words."""
    generator = random.Random(seed)
    letters = "bcdfghklmnprstvz", "aeiou"
    words = ["".join(generator.choice(letters[at % 2]) for at in range(generator.randint(4, 9))) for _ in range(20_000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]
    drawn = iter(generator.choices(words, weights, k=count * 8))
    for number in range(count):
        stimulus = [next(drawn) for _ in range(8)]
        asked = [word for at, word in enumerate(stimulus) if at != number % 8]
        yield " ".join(stimulus), f"{RESPONSE} {number}", " ".join(asked)
