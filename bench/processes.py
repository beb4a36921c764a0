"""Starts, watches and ends the programs that are measured."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release"
BINARY = pathlib.Path(os.environ.get("BENCH_BINARY", TARGET / "kolibri"))


def output(command, timeout=300, **options):
    """What a command printed; a failed or endless one ends the run with what it said."""
    command = [str(word) for word in command]
    run = subprocess.run(command, capture_output=True, check=False, text=True, timeout=timeout, **options)
    if run.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}\n{run.stdout}{run.stderr}")
    return run.stdout


class Server:
    """A program that runs until it is stopped, by its pid."""

    def __init__(self, command, folder, ready, stop=signal.SIGTERM, patience=600, **options):
        self.stopped_by = stop
        self.log = pathlib.Path(f"{folder}.log")
        began = time.monotonic()
        with open(self.log, "ab") as file:
            files = {"stdin": subprocess.DEVNULL, "stdout": file, "stderr": file}
            self.process = subprocess.Popen([str(word) for word in command], cwd=folder, **files, **options)
        while True:
            with contextlib.suppress(OSError):
                if ready():
                    break
            if self.process.poll() is not None or time.monotonic() - began > patience:
                self.stop()
                sys.exit(f"bench: {command[0]} did not get ready:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.005)
        self.ready_after = time.monotonic() - began

    def stop(self):
        self._end(self.stopped_by)

    def kill(self):
        self._end(signal.SIGKILL)

    def _end(self, number):
        if self.process.poll() is not None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def resident(self):
        """MiB of memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
