"""migledger reconcile through the real oci program, against two regions of sim serve."""
import json
import subprocess
import unittest
from urllib.parse import quote

from support import MIGLEDGER, Oci, Scratch, Server, TARGET, plan


class Reconcile(unittest.TestCase):
    def setUp(self):
        self.scratch = Scratch()
        self.server = Server(self.scratch, ["one"])
        self.config = self.scratch.write("config.json", plan(
            ["one"], endpoints=self.server.urls, retry={"base_seconds": 0.1, "cap_seconds": 1},
            oci=self.scratch.oci()))

    def tearDown(self):
        self.scratch.remove()

    def migledger(self, command, *arguments):
        done = subprocess.run(
            [MIGLEDGER, command, "--config", self.config, "--ledger", self.scratch.file("ledger"),
             *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
            timeout=240, cwd=self.scratch.path)
        return done.returncode, done.stdout + done.stderr

    def reconcile(self):
        code, out = self.migledger("reconcile", "--json")
        found = {}
        for finding in json.loads(out)["findings"]:
            found.setdefault(finding["verdict"], []).append(finding)
        return code, found

    def test_reconcile(self):
        code, out = self.migledger("run")
        self.assertEqual(code, 0, out)
        code, found = self.reconcile()
        self.assertEqual((code, list(found)), (0, ["known"]), found)
        self.assertEqual(len(found["known"]), 7, found)

        copy = next(f["id"] for f in found["known"] if f["step"] == "copy-object")
        bucket = next(f["id"] for f in found["known"] if f["step"] == "create-bucket")
        oci = Oci(self.scratch, self.server)
        namespace = oci.raw(TARGET, "GET", "/n")["data"]
        oci.raw(TARGET, "DELETE", f"/n/{namespace}/b/{bucket}/o/{quote(copy, safe='')}")
        code, found = self.reconcile()
        self.assertEqual(code, 3, found)
        self.assertEqual([f["id"] for f in found["missing"]], [copy], found)
        self.assertEqual(len(found["known"]), 6, found)

        # Nothing is judged by a cloud that does not answer.
        self.server.stop()
        code, found = self.reconcile()
        self.assertEqual((code, list(found)), (6, ["unseen"]), found)


if __name__ == "__main__":
    unittest.main()
