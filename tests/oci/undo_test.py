"""Rollback, cleanup and decommission through the real oci program, steered from outside a run."""
import unittest

from moving import Moving
from support import SOURCE, TARGET


class Undo(Moving):
    def held(self, kind, region):
        return [h for h in self.server.report()["held"]
                if (h["kind"], h["region"]) == (kind, region)
                and h["state"] not in ("TERMINATED", "DELETED")]

    def undo(self, verb, migration, *more):
        done = self.migledger(verb, migration, "--config", self.config, "--ledger",
                              self.scratch.file("ledger"), *more)
        return done.returncode, done.stdout

    def test_undo(self):
        self.serve(["one", "two"], quiet_period_seconds=0)
        code, out = self.run_to_end()
        self.assertEqual(code, 0, out)

        code, out = self.undo("cleanup", "one")
        self.assertEqual(code, 3, out)
        code, out = self.undo("cleanup", "one", "--yes")
        self.assertEqual(code, 0, out)
        self.assertEqual(len(self.held("image", SOURCE)), 1, out)  # that of the other
        self.assertEqual(len(self.held("imported-image", TARGET)), 1, out)
        self.assertEqual(len(self.held("instance", TARGET)), 2, out)

        code, out = self.undo("rollback", "two", "--reason", "wrong subnet")
        self.assertEqual(code, 3, out)  # until somebody says so
        self.assertEqual(len(self.held("instance", TARGET)), 2, out)
        code, out = self.undo("rollback", "two", "--reason", "wrong subnet", "--yes=removal")
        self.assertEqual(code, 0, out)
        for region in (SOURCE, TARGET):
            for kind in ("image", "imported-image", "object", "par"):
                self.assertEqual(self.held(kind, region), [], f"{kind} in {region}:\n{out}")
        self.assertEqual(len(self.held("instance", TARGET)), 1, out)
        self.assertEqual(len(self.held("instance", SOURCE)), 2, out)

        code, out = self.undo("decommission", "one", "--reason", "weeks without complaints")
        self.assertEqual(code, 3, out)  # until it is approved
        self.assertEqual(len(self.held("instance", SOURCE)), 2, out)
        approve = ["approve", "one", "--ledger", self.scratch.file("ledger")]
        self.assertEqual(self.migledger(*approve).returncode, 2)  # it wants a reason
        done = self.migledger(*approve, "--reason", "weeks without complaints")
        self.assertEqual(done.returncode, 0, done.stdout)
        code, out = self.run_to_end()
        self.assertEqual(code, 0, out)
        self.assertEqual(len(self.held("instance", SOURCE)), 1, out)
        self.assertEqual(len(self.held("instance", TARGET)), 1, out)


if __name__ == "__main__":
    unittest.main()
