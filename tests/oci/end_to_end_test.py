"""migledger run --cloud oci through the real oci program, against two regions of sim serve, with
faults and with kills: the tenancy's own count says whether anything was made twice."""
import subprocess
import time
import unittest

from cryptography.hazmat.primitives import serialization

from moving import ONCE, Moving, children_of, kill
from support import COMPARTMENT, OCI, Oci, SOURCE, TARGET, TARGET_AD


class EndToEnd(Moving):
    def test_faults(self):
        """A run of one migration meets them one after the other."""
        images, storage = "/20160918/images", "/n/"
        self.serve(["one"], oci={"program": OCI}, faults={
            "unauthorized_from_call": 9,
        })
        code, out = self.run_to_end()
        self.assertEqual(code, 6, out)
        self.server.restart({
            "scripted": [
                {"fault": "throttled", "method": "GET", "path": storage, "seconds": 1},
                {"fault": "not_sent", "method": "GET", "path": "/20160918/instances"},
                {"fault": "lost_after", "method": "POST", "path": images, "region": SOURCE,
                 "seconds": 1},
                {"fault": "lost_before", "method": "POST", "path": images, "region": SOURCE,
                 "call": 3, "seconds": 1},
                {"fault": "error_after", "method": "POST", "path": storage, "region": TARGET,
                 "status": 503},
                {"fault": "error_before", "method": "POST", "path": storage, "region": SOURCE,
                 "status": 503},
                {"fault": "delayed", "method": "POST", "path": images, "region": TARGET,
                 "seconds": 2},
                {"fault": "error_before", "method": "POST", "path": "/20160918/instances",
                 "status": 500},
            ],
        })
        code, out = self.run_to_end()
        self.assertEqual(code, 0, out)
        self.assertEqual(self.server.created(), ONCE)

    def test_reply_that_never_comes(self):
        """A call is ended after oci.call_timeout_seconds. What it did is unknown, and is looked for:
        one request took effect, the other did not."""
        self.serve(["one"], oci={"call_timeout_seconds": 8}, faults={"scripted": [
            {"fault": "delayed", "method": "POST", "path": "/20160918/images", "region": SOURCE,
             "seconds": 3600},
            {"fault": "lost_before", "method": "POST", "path": "/20160918/images", "region": TARGET,
             "seconds": 3600},
            {"fault": "delayed", "method": "GET", "path": "/20160918/subnets", "seconds": 3600},
        ]})
        code, out = self.run_to_end()
        self.assertEqual(code, 0, out)
        self.assertEqual(self.server.created(), ONCE)
        events = self.history()
        unknown = {e["step"]: e["body"]["error"]["code"] for e in events
                   if e["kind"] == "outcome" and e["body"]["result"] == "unknown"}
        self.assertEqual(set(unknown), {"create-image", "import-image"}, unknown)
        adopted = [e["step"] for e in events
                   if e["kind"] == "outcome" and e["body"].get("how") == "adopted"]
        self.assertEqual(adopted, ["create-image"])
        sent = [e["body"]["row"] for e in events
                if e["kind"] == "intent" and e["step"] == "import-image"]
        self.assertEqual(sent, ["first", "same-token"])

    def test_encrypted_key(self):
        """The program would ask for the passphrase on a terminal: nobody answers."""
        self.serve(["one"], oci={"program": OCI})
        path = self.scratch.file("config.key")
        with open(path, "rb") as file:
            key = serialization.load_pem_private_key(file.read(), None)
        self.scratch.write("config.key", key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret")).decode())
        code, out = self.run_to_end()
        self.assertEqual(code, 6, out)
        self.assertEqual(self.server.created(), [])

    def test_what_fails_is_made_anew(self):
        """An import whose work request fails, and an availability domain without a host."""
        second = "Uocm:SA-BOGOTA-1-AD-2"
        self.serve(["one"], further_ads=[second], faults={
            "scripted": [{"fault": "work_request_fails", "method": "POST",
                          "path": "/20160918/images", "region": TARGET}],
            "out_of_capacity": [{"availability_domain": TARGET_AD}],
        })
        code, out = self.run_to_end()
        self.assertEqual(code, 0, out)
        report = self.server.report()
        made = [(one["kind"], one["key"]) for one in report["created"]]
        self.assertEqual(len(made), len(set(made)), made)
        held = [one["kind"] for one in report["held"] if one["region"] == TARGET]
        self.assertEqual(held.count("instance"), 1)
        self.assertEqual(held.count("imported-image"), 1)
        shown = Oci(self.scratch, self.server).friendly(
            TARGET, "compute", "instance", "list", "-c", COMPARTMENT)["data"]
        self.assertEqual([one["availability-domain"] for one in shown], [second])

    def kill_a_child(self, process):
        """Kills the first child it is seen with."""
        until = time.monotonic() + 20
        while time.monotonic() < until and process.poll() is None:
            for child in children_of(process.pid):
                kill(child)
                return

    def test_kills(self):
        """migledger, its oci, both, and the server, are killed again and again."""
        self.serve(["one"])
        for seconds, kind in enumerate(["parent", "child", "both", "parent", "server", "child",
                                        "both", "parent"], 2):
            process = self.start()
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                pass
            if kind == "server":
                self.server.kill()
                self.server.start()
            if kind in ("child", "both"):
                self.kill_a_child(process)
            if kind == "child":
                try:
                    process.wait(timeout=3)
                except subprocess.TimeoutExpired:
                    pass
            process.kill()
            process.communicate()
        code, out = self.run_to_end()
        self.assertEqual(code, 0, out)
        self.assertEqual(self.server.created(), ONCE)


if __name__ == "__main__":
    unittest.main()
