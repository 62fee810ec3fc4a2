"""migledger, its oci, or both, are killed at every step that changes something in the cloud, in
every way in turn; the tenancy's own count says whether anything was made twice."""
import os
import re
import signal
import unittest

from moving import Moving, ONCE, children_of, kill, sends, wait_until
from support import OCI, SOURCE, TARGET

# What is killed, and when.
HOW = [
    "migledger, before it sends",       # the intent is on disk
    "oci, while it sends",              # migledger lives, and must look what came of it
    "both, while it sends",
    "migledger, before it hears of it",  # oci has ended, the reply is lost
]

ACTS = ["claim-source", "create-image", "export-image", "create-bucket", "copy-object",
        "import-image", "launch-instance"]
SHARED = [("bucket", TARGET)]  # by all migrations of a ledger


def is_over(pid):
    """Whether a process has ended, heard of or not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


class Kills(Moving):
    def sender(self, process):
        """The child that sends, once it is there; nothing when migledger has ended before."""
        found = []

        def look():
            found[:] = [child for child in children_of(process.pid) if sends(child)]
            return found or process.poll() is not None
        wait_until(look)
        return found[0] if found else None

    def strike(self, process, how):
        """Kills; false when migledger goes on."""
        if how == HOW[0]:
            process.kill()
            return True
        child = self.sender(process)
        if child is None:
            return True
        if how == HOW[1]:
            kill(child)
            return False
        if how == HOW[2]:
            process.kill()
            kill(child)
            return True
        os.kill(process.pid, signal.SIGSTOP)
        wait_until(lambda: is_over(child))
        process.kill()
        return True

    def run_with_kills(self, ways):
        """Runs until all is done, and strikes once at each (migration, step) of `ways`."""
        left = dict(ways)
        for _ in range(len(ways) + 1):
            process, said = self.start(), []
            for line in process.stdout:
                said.append(line)
                words = line.split()
                if len(words) < 5 or words[4] != "sending" or (words[2], words[3]) not in left:
                    continue
                if self.strike(process, left.pop((words[2], words[3]))):
                    break
            process.stdout.close()
            if process.wait(timeout=60) == 0:
                break
            self.assertEqual(process.returncode, -signal.SIGKILL, "".join(said))
        self.assertEqual(process.returncode, 0, "".join(said))
        self.assertEqual(left, {})
        unknown = {(event["migration"], event["step"]) for event in self.history()
                   if event["kind"] == "outcome" and event["body"]["result"] == "unknown"}
        self.assertEqual(unknown, set(ways))

    def test_at_every_step(self):
        names = ["one", "two"]
        self.serve(names, parallel=1)
        ways = {(name, act): HOW[(i + 2 * n) % len(HOW)] for n, name in enumerate(names)
                for i, act in enumerate(ACTS)}
        del ways["two", "create-bucket"]  # it is there already
        self.run_with_kills(ways)
        each = [made for made in ONCE if made not in SHARED]
        self.assertEqual(self.server.created(), sorted(len(names) * each + SHARED))

    def test_by_url(self):
        """The URLs are secrets that live in migledger's memory: a run that has lost one removes the
        request it belongs to, and makes another."""
        self.serve(["one"], oci={"program": OCI}, transfer="par")
        self.run_with_kills({
            ("one", "create-export-par"): HOW[3],
            ("one", "export-image"): HOW[1],
            ("one", "drop-export-par"): HOW[0],
            ("one", "create-import-par"): HOW[3],
            ("one", "import-image"): HOW[3],
            ("one", "drop-import-par"): HOW[2],
        })
        pars = [("par", SOURCE), ("par", TARGET)]
        self.assertEqual(self.server.created(), sorted(ONCE + 2 * pars))
        self.assertNotIn("par", [one["kind"] for one in self.server.report()["held"]])
        removed = [event["step"] for event in self.history()
                   if event["kind"] == "intent" and event["step"].startswith("sweep-")]
        self.assertEqual(removed, ["sweep-export-par", "sweep-import-par"])
        shown = self.migledger(
            "history", "--ledger", self.scratch.file("ledger"), "--verbose").stdout
        self.assertIn("create-export-par", shown)
        for text in [shown.encode(), *self.kept()]:
            self.assertIsNone(re.search(rb"/p/[^/\s\"]+/n/", text))

    def kept(self):
        """All that migledger wrote."""
        for directory, _, files in os.walk(self.scratch.file("ledger")):
            for name in files:
                with open(os.path.join(directory, name), "rb") as file:
                    yield file.read()
        with open(self.scratch.file("log"), "rb") as file:
            yield file.read()


if __name__ == "__main__":
    unittest.main()
