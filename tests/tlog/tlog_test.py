"""What migledger signs, exports and proves, checked by an implementation that is not ours (main.go).

One rehearsal of some hundred events is exported in two steps and checked in every way.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

CHECKER = os.environ["CHECKER"]
MIGLEDGER = os.environ["MIGLEDGER"]
NAME = "example.com/migrations"


def call(*arguments, cwd, code=0):
    done = subprocess.run(arguments, cwd=cwd, capture_output=True, timeout=300)
    if done.returncode != code:
        raise AssertionError(f"{arguments}: exit code {done.returncode}\n"
                             f"{done.stdout.decode()}\n{done.stderr.decode()}")
    return done.stdout.decode()


class Log(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.place = place = pathlib.Path(scratch.name)
        cls.key = cls.migledger("keygen", "--name", NAME, "ledger.key").strip()
        cls.migledger("init", "--many", "plan.json")
        cls.run_plan = ["run", "--config", "plan.json", "--cloud", "sim", "--sim-speed", "0",
                        "--ledger", "l", "--yes"]
        # More than one tile, and not a whole number of them.
        cls.migledger(*cls.run_plan, "--only", cls.names()[0])
        (place / "old").write_text(
            cls.migledger("checkpoint", "--ledger", "l", "--key", "ledger.key"))
        cls.migledger("export", "--ledger", "l", "--tlog", "log")
        shutil.copytree(place / "log", place / "old_log")
        cls.migledger(*cls.run_plan)
        for _ in range(20):
            if cls.size("old") and cls.head() > 300:
                break
            cls.migledger("note", "--ledger", "l", "--reason", "x" * 200)
        for i in range(max(0, 300 - cls.head())):
            cls.migledger("note", "--ledger", "l", "--reason", f"note {i}")
        (place / "new").write_text(
            cls.migledger("checkpoint", "--ledger", "l", "--key", "ledger.key"))
        cls.migledger("export", "--ledger", "l", "--tlog", "log")

    @classmethod
    def migledger(cls, *arguments, code=0):
        return call(MIGLEDGER, *arguments, cwd=cls.place, code=code)

    @classmethod
    def names(cls):
        return re.findall(r'"name": "([^"]+)"', (cls.place / "plan.json").read_text())

    @classmethod
    def head(cls):
        return len(cls.migledger("history", "--ledger", "l", "--json").splitlines())

    @classmethod
    def size(cls, checkpoint):
        return int((cls.place / checkpoint).read_text().splitlines()[1])

    def check(self, *arguments, code=0):
        return call(CHECKER, *arguments, cwd=self.place, code=code).strip()

    def test_both_exports_are_whole(self):
        self.assertGreater(self.size("new"), 256)
        self.assertEqual(self.check("log", "old_log", self.key), f"{self.size('old')} entries")
        self.assertEqual(self.check("log", "log", self.key), f"{self.size('new')} entries")
        for log in ("old_log", "log"):
            self.migledger("verify", "--tlog", log, "--key", "ledger.key.pub")

    def test_another_key_is_not_believed(self):
        other = self.migledger("keygen", "--name", NAME, "other.key").strip()
        self.check("log", "log", other, code=1)
        self.migledger("verify", "--tlog", "log", "--key", other, code=4)

    def test_inclusion_is_proven_for_every_event(self):
        for position in {1, 2, 255, 256, 257, self.size("new")}:
            self.migledger("prove", str(position), "--ledger", "l", "--out", "proof", "--entry",
                           "entry", "--force")
            self.assertEqual(self.check("inclusion", "proof", "entry", self.key),
                             f"entry {position - 1}")
            entry = bytearray((self.place / "entry").read_bytes())
            entry[-1] ^= 1
            (self.place / "entry").write_bytes(entry)
            self.check("inclusion", "proof", "entry", self.key, code=1)

    def test_the_log_only_grew(self):
        self.migledger("prove", "--ledger", "l", "--from", str(self.size("old")), "--to",
                       str(self.size("new")), "--out", "grown")
        self.assertEqual(self.check("consistency", "grown", "old", self.key),
                         f"{self.size('new')} entries")
        proof = (self.place / "grown").read_text().splitlines(keepends=True)
        (self.place / "shorter").write_text("".join(proof[:1] + proof[2:]))
        self.check("consistency", "shorter", "old", self.key, code=1)

    def test_every_byte_of_the_export_matters(self):
        shutil.copytree(self.place / "log", self.place / "flipped")
        # What is kept for the earlier checkpoint only is not read for the later one.
        for partial in (self.place / "flipped").rglob("*.p"):
            current = str(self.size("new") % 256)
            for file in partial.iterdir():
                if file.name != current and "/tile/1/" not in str(file):
                    file.unlink()
        said = self.check("flips", "flipped", self.key)
        flips = int(said.split()[2])
        self.assertEqual(flips, sum(file.stat().st_size
                                    for file in (self.place / "flipped").rglob("*")
                                    if file.is_file()))


if __name__ == "__main__":
    unittest.main()
