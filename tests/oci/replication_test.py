"""Replication of buckets: every operation of the storage workflow by its friendly command of the real
oci program and by `oci raw-request`, and a whole migration of a bucket through the program."""
import json
import subprocess
import unittest

import commands_test
from support import COMPARTMENT, MIGLEDGER, OCI, Oci, SOURCE, Scratch, Server, TARGET

FIELDS = "name,size,etag,md5,timeCreated,timeModified,storageTier,archivalState"


def bucket_plan(buckets, **settings):
    """A configuration that replicates each of the buckets."""
    return {
        "workflow": "storage-replication",
        "poll_interval_seconds": 0.5,
        "defaults": {
            "source_region": SOURCE, "target_region": TARGET,
            "source_compartment_id": COMPARTMENT, "target_compartment_id": COMPARTMENT,
            "copy_parallel": 2,
        },
        "migrations": [{"name": name, "source_bucket_name": name} for name in buckets],
        **settings,
    }


class Replication(unittest.TestCase):
    compare = commands_test.Commands.compare

    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.server = Server(cls.scratch, ["one"], also=bucket_plan(["pictures"]),
                            faults={"archived_objects": 1, "customer_key_objects": 1})
        cls.oci = Oci(cls.scratch, cls.server)
        cls.namespace = cls.oci.friendly(SOURCE, "os", "ns", "get")["data"]
        cls.bucket = f"/n/{cls.namespace}/b/pictures"
        cls.names = f"-ns {cls.namespace} -bn pictures"

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        cls.scratch.remove()
        if code != 0:
            raise AssertionError(f"sim serve ended with code {code}")

    def do(self, region, command, *more):
        return self.oci.friendly(region, *f"{command} {self.names}".split(" "), *more)

    def test_a_listing(self):
        shown = self.compare(
            SOURCE, f"os object list {self.names} --fields {FIELDS} --start data/0000001 "
            "--end data/0000004 --limit 2",
            f"{self.bucket}/o?fields={FIELDS}&start=data/0000001&end=data/0000004&limit=2",
            shown=lambda data: data["objects"])
        self.assertEqual([one["name"] for one in shown["objects"]],
                         ["data/0000001", "data/0000002"])
        self.assertEqual(shown["nextStartWith"], "data/0000003")
        self.assertEqual(shown["objects"][0]["archivalState"], "Archived")
        bucket = self.compare(
            SOURCE, f"os bucket get {self.names} --fields approximateCount "
            "--fields approximateSize",
            f"{self.bucket}?fields=approximateCount,approximateSize")
        self.assertEqual(bucket["approximateCount"], 25)

    def test_b_archived_and_foreign_keys(self):
        copy = ["--destination-region", TARGET, "--destination-namespace", self.namespace,
                "--destination-bucket", "none", "--source-object-name"]
        archived = self.oci.refused(SOURCE, "os", "object", "copy", *self.names.split(" "), *copy,
                                    "data/0000001")
        self.assertEqual(archived["code"], "NotRestored")
        self.do(SOURCE, "os object restore", "--name", "data/0000001", "--hours", "24")
        foreign = self.oci.refused(SOURCE, "os", "object", "copy", *self.names.split(" "), *copy,
                                   "data/0000025")
        self.assertEqual(foreign["code"], "InvalidParameter")

    def test_c_a_policy_from_its_making_to_its_end(self):
        made = self.oci.raw(TARGET, "POST", f"/n/{self.namespace}/b",
                            {"name": "pictures", "compartmentId": COMPARTMENT})
        self.assertEqual(made["status"], "200 OK", made)
        policy = self.do(SOURCE, "os replication create-replication-policy", "--name", "ours",
                         "--destination-region", TARGET, "--destination-bucket", "pictures")["data"]
        self.assertEqual(policy["status"], "ACTIVE")
        path = f"{self.bucket}/replicationPolicies"
        again = self.oci.raw(SOURCE, "POST", path, {
            "name": "more", "destinationRegionName": TARGET, "destinationBucketName": "pictures"})
        self.assertEqual(again["status"], "409 Conflict", again)
        # Time goes on between the two, and so does the last sync: that is told apart.
        listed = self.do(SOURCE, "os replication list-replication-policies")["data"]
        raw = self.oci.raw(SOURCE, "GET", path)["data"]
        for one in (listed[0], raw[0]):
            one.pop("time-last-sync", None) or one.pop("timeLastSync")
        self.assertEqual(commands_test.plain(listed), commands_test.plain(raw))
        one = self.do(SOURCE, "os replication get-replication-policy", "--replication-id",
                      policy["id"])["data"]
        self.assertEqual(one["name"], "ours")
        self.compare(TARGET, f"os replication list-replication-sources {self.names}",
                     f"{self.bucket}/replicationSources")
        shown = self.compare(TARGET, f"os bucket get {self.names}", self.bucket)
        self.assertTrue(shown["isReadOnly"])
        refused = self.oci.refused(TARGET, "os", "object", "put", *self.names.split(" "), "--name",
                                   "x", "--file", self.oci.empty, "--force")
        self.assertEqual(refused["code"], "Conflict")
        gone = self.oci.raw(SOURCE, "DELETE", f"{path}/{policy['id']}")
        self.assertEqual(gone["status"], "204 No Content", gone)
        self.do(TARGET, "os replication make-bucket-writable")
        writable = self.oci.raw(TARGET, "POST", f"{self.bucket}/actions/makeBucketWritable")
        self.assertEqual(writable["status"], "204 No Content", writable)
        self.assertFalse(self.oci.raw(TARGET, "GET", self.bucket)["data"]["isReadOnly"])
        # By the other forms of the two requests.
        made = self.oci.raw(SOURCE, "POST", path, {
            "name": "raw", "destinationRegionName": TARGET, "destinationBucketName": "pictures"})
        self.assertEqual(made["status"], "200 OK", made)
        self.do(SOURCE, "os replication delete-replication-policy", "--replication-id",
                made["data"]["id"], "--force")
        self.assertEqual(self.oci.raw(SOURCE, "GET", path)["data"], [])


class EndToEnd(unittest.TestCase):
    def setUp(self):
        self.scratch = Scratch()

    def tearDown(self):
        self.server.stop()
        self.scratch.remove()

    def run_to_end(self, *options):
        done = subprocess.run(
            [MIGLEDGER, "run", "--config", self.config, "--ledger", self.scratch.file("ledger"),
             "--log-file", self.scratch.file("log"), *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=400, check=False)
        return done.returncode, done.stdout

    def test_a_bucket(self):
        """Under faults, with approval by a second run."""
        self.server = Server(
            self.scratch, ["one"], also=bucket_plan(["pictures"]), objects=6, faults={"scripted": [
                {"fault": "lost_after", "method": "POST", "path": "/n/", "call": 2, "seconds": 1},
                {"fault": "error_after", "method": "POST", "path": "/n/", "call": 4, "status": 503},
            ]})
        self.config = self.scratch.write("config.json", bucket_plan(
            ["pictures"], endpoints=self.server.urls,
            retry={"base_seconds": 0.1, "cap_seconds": 1},
            oci=self.scratch.oci(OCI)))
        code, out = self.run_to_end()
        self.assertEqual(code, 3, out)
        self.assertIn("Stop everything that writes to it", out)
        code, out = self.run_to_end("--yes=downtime,cutover")
        self.assertEqual(code, 0, out)
        self.assertEqual(self.server.created(), sorted(
            [("bucket", TARGET), ("replication-policy", SOURCE)] + [("object-copy", TARGET)] * 6))
        history = subprocess.run(
            [MIGLEDGER, "history", "--ledger", self.scratch.file("ledger"), "--json"],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        ended = [json.loads(line) for line in history.splitlines()
                 if json.loads(line)["kind"] == "bulkEnded"]
        self.assertEqual(sum(event["body"].get("copied", 0) for event in ended), 6)
        # What it made, page by page through the same program.
        found = subprocess.run(
            [MIGLEDGER, "reconcile", "--config", self.config, "--ledger",
             self.scratch.file("ledger"), "--json"], stdout=subprocess.PIPE, text=True, timeout=240,
            check=False, cwd=self.scratch.path)
        self.assertEqual(found.returncode, 0, found.stdout)
        seen = {one["what"]: one["seen"] for one in json.loads(found.stdout)["findings"]}
        self.assertEqual(sorted(seen), ["bucket", "content of bucket"])
        self.assertIn("6 objects of", seen["content of bucket"])


if __name__ == "__main__":
    unittest.main()
