"""migledger, its oci, or both, are killed at every step that changes something in the cloud, in
every way in turn; the tenancy's own count says whether anything was made twice."""
import os
import signal
import unittest

from moving import Moving, ONCE, children_of, kill, sends, wait_until
from support import OCI, TARGET

# What is killed, and when.
HOW = [
    "migledger, before it sends",       # the intent is on disk
    "oci, while it sends",              # migledger lives, and must look what came of it
    "both, while it sends",
    "migledger, before it hears of it"  # oci has ended, the reply is lost
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

    def test_at_every_step(self):
        names = ["one", "two"]
        self.serve(names)
        ways = {(name, act): HOW[(i + 2 * n) % len(HOW)] for n, name in enumerate(names)
                for i, act in enumerate(ACTS)}
        # Of the two only one sends it.
        bucket = ways.pop(("two", "create-bucket"))
        del ways["one", "create-bucket"]
        ways["one", "create-bucket"] = bucket
        self.run_with_kills(ways)
        each = [made for made in ONCE if made not in SHARED]
        self.assertEqual(self.server.created(), sorted(len(names) * each + SHARED))


if __name__ == "__main__":
    unittest.main()
