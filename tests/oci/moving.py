"""What tests of migledger run --cloud oci share: the run, its processes, and what it may have made.

The calls go to the real program, loaded once, and from its start to its end where a test says so."""
import json
import os
import signal
import subprocess
import time
import unittest

from support import MIGLEDGER, SOURCE, Scratch, Server, TARGET, plan

ONCE = sorted([("bucket", TARGET), ("image", SOURCE), ("imported-image", TARGET),
               ("instance", TARGET), ("object", SOURCE), ("object", SOURCE),
               ("object-copy", TARGET)])  # the objects: the claim and the exported image


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            return [int(child) for child in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def sends(pid):
    """Whether a process is an oci that sends something, rather than one that reads."""
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
            words = file.read().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return any(words[i:i + 1] == ["--http-method"] and words[i + 1] != "GET"
               for i in range(len(words)))


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_until(happened, seconds=30):
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            raise AssertionError("it did not happen in time")
        time.sleep(0.005)


class Moving(unittest.TestCase):
    def setUp(self):
        self.scratch = Scratch()

    def tearDown(self):
        self.server.stop()
        self.scratch.remove()

    def serve(self, names, faults=None, oci=None, parallel=10, **of_each):
        """Starts the tenancy, and configures migledger for it; `oci` is set besides: its "program" OCI
        starts the program for each call."""
        self.server = Server(self.scratch, names, faults=faults, of_each=of_each)
        self.config = self.scratch.write("config.json", plan(
            names, of_each, endpoints=self.server.urls, retry={"base_seconds": 0.1, "cap_seconds": 1},
            parallel=parallel, oci={**self.scratch.oci(), **(oci or {})}))

    def start(self, **environment):
        return subprocess.Popen(
            [MIGLEDGER, "run", "--config", self.config, "--ledger", self.scratch.file("ledger"),
             "--log-file", self.scratch.file("log")],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, **environment})

    def run_to_end(self, seconds=240, **environment):
        process = self.start(**environment)
        try:
            out = process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f"it still runs after {seconds} s:\n{process.communicate()[0]}")
        return process.returncode, out

    def migledger(self, *arguments, **environment):
        """Another command, to its end."""
        return subprocess.run([MIGLEDGER, *arguments], check=False, stdout=subprocess.PIPE,
                              text=True, env={**os.environ, **environment},
                              cwd=self.scratch.path)

    def history(self):
        """The events of the ledger."""
        done = self.migledger("history", "--ledger", self.scratch.file("ledger"), "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]
