"""Every operation of the compute workflow, by its friendly command of the real oci program and by
`oci raw-request`. What both print must be the same: so the program's own models know every key and
every word of our replies."""
import datetime
import re
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import (BUCKET, COMPARTMENT, Oci, SHAPE, SOURCE, SUBNET, Scratch, Server, TARGET,
                     TARGET_AD, instance_of)

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$")
USER_MAPS = {"freeformtags", "metadata", "definedtags", "extendedmetadata"}


def plain(value):
    """Without what the two forms of output differ in: the case of keys, nulls, form of times."""
    if isinstance(value, dict):
        out = {}
        for key, one in value.items():
            name = key.replace("-", "").lower()
            if one is not None:
                out[name] = one if name in USER_MAPS else plain(one)
        return out
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str) and TIME.match(value):
        time = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        return time.replace(microsecond=time.microsecond // 1000 * 1000)
    return value


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.server = Server(cls.scratch, ["one", "two"])
        cls.oci = Oci(cls.scratch, cls.server)
        cls.namespace = cls.oci.friendly(SOURCE, "os", "ns", "get")["data"]

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        cls.scratch.remove()
        if code != 0:
            raise AssertionError(f"sim serve ended with code {code}")

    # ---- helpers ----

    def wait_for(self, region, path, key, wanted):
        """Asks until data[key] is as wanted. Operations take a fraction of a second here."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            data = self.oci.raw(region, "GET", path)["data"]
            if data.get(key) in wanted:
                return data
        self.fail(f"{path}: {key} is {data.get(key)}, not {wanted}")

    def compare(self, region, command, path, method="GET", body=None, shown=None):
        """A read by both; returns the raw data. `shown` picks what the command shows of it."""
        with ThreadPoolExecutor(2) as pool:
            words, _, text = command.partition("|")  # a text with spaces comes last
            arguments = words.split(" ") + ([text] if text else [])
            friendly = pool.submit(self.oci.friendly, region, *arguments)
            raw = pool.submit(self.oci.raw, region, method, path, body)
            friendly, raw = friendly.result(), raw.result()
        self.assertEqual(raw["status"], "200 OK", raw)
        self.assertNotIn("UNKNOWN_ENUM_VALUE", str(friendly))
        data = raw["data"] if shown is None else shown(raw["data"])
        self.assertEqual(plain(friendly["data"]), plain(data))
        return raw["data"]

    # ---- reads of what is there from the beginning ----

    def test_identity_and_limits(self):
        domains = self.compare(SOURCE, f"iam availability-domain list -c {COMPARTMENT}",
                               f"/20160918/availabilityDomains?compartmentId={COMPARTMENT}")
        self.assertEqual(len(domains), 3)
        self.compare(SOURCE, f"iam fault-domain list -c {COMPARTMENT} --availability-domain "
                     + domains[0]["name"],
                     f"/20160918/faultDomains?compartmentId={COMPARTMENT}&availabilityDomain="
                     + domains[0]["name"])
        self.compare(SOURCE, f"iam region-subscription list --tenancy-id {self.server.tenancy}",
                     f"/20160918/tenancies/{self.server.tenancy}/regionSubscriptions")
        self.compare(SOURCE, f"iam compartment get -c {COMPARTMENT}",
                     f"/20160918/compartments/{COMPARTMENT}")
        self.compare(SOURCE, "limits resource-availability get --service-name compute --limit-name "
                     f"custom-image-count -c {COMPARTMENT}",
                     "/20190729/services/compute/limits/custom-image-count/resourceAvailability"
                     f"?compartmentId={COMPARTMENT}")
        self.compare(SOURCE, f"limits value list --service-name compute -c {COMPARTMENT} --all",
                     f"/20190729/limitValues?compartmentId={COMPARTMENT}&serviceName=compute")

    def test_compute_reads(self):
        instance = self.compare(SOURCE, f"compute instance get --instance-id {instance_of('two')}",
                                f"/20160918/instances/{instance_of('two')}")
        self.assertEqual(instance["lifecycleState"], "RUNNING")
        listed = self.compare(SOURCE, f"compute instance list -c {COMPARTMENT}",
                              f"/20160918/instances?compartmentId={COMPARTMENT}")
        self.assertIn(instance_of("two"), [one["id"] for one in listed])
        self.compare(SOURCE, f"compute image get --image-id {instance['imageId']}",
                     f"/20160918/images/{instance['imageId']}")
        self.compare(SOURCE, f"compute shape list -c {COMPARTMENT}",
                     f"/20160918/shapes?compartmentId={COMPARTMENT}")
        self.compare(SOURCE, "compute boot-volume-attachment list -c "
                     f"{COMPARTMENT} --availability-domain {instance['availabilityDomain']} "
                     f"--instance-id {instance['id']}",
                     "/20160918/bootVolumeAttachments?availabilityDomain="
                     f"{instance['availabilityDomain']}&compartmentId={COMPARTMENT}"
                     f"&instanceId={instance['id']}")
        self.compare(SOURCE, f"bv boot-volume list -c {COMPARTMENT} --availability-domain "
                     f"{instance['availabilityDomain']}",
                     f"/20160918/bootVolumes?availabilityDomain={instance['availabilityDomain']}"
                     f"&compartmentId={COMPARTMENT}")
        # A list without elements prints nothing at all.
        self.assertIsNone(self.oci.friendly(
            SOURCE, "compute", "volume-attachment", "list", "-c", COMPARTMENT, "--instance-id",
            instance["id"], "--all"))
        vnics = self.compare(SOURCE, f"compute vnic-attachment list -c {COMPARTMENT} "
                             f"--instance-id {instance['id']}",
                             f"/20160918/vnicAttachments?compartmentId={COMPARTMENT}"
                             f"&instanceId={instance['id']}")
        self.compare(SOURCE, f"network vnic get --vnic-id {vnics[0]['vnicId']}",
                     f"/20160918/vnics/{vnics[0]['vnicId']}")
        self.compare(TARGET, f"network subnet get --subnet-id {SUBNET}",
                     f"/20160918/subnets/{SUBNET}")
        self.compare(TARGET, f"network subnet list -c {COMPARTMENT}",
                     f"/20160918/subnets?compartmentId={COMPARTMENT}")

    # ---- one whole migration by friendly commands, and the same reads by raw-request ----

    def test_migration_by_friendly_commands(self):
        run, ns = self.oci.friendly, self.namespace
        objects = f"/n/{ns}/b/{BUCKET}/o"

        made = run(SOURCE, "compute", "image", "create", "-c", COMPARTMENT, "--instance-id",
                   instance_of("one"), "--display-name", "image one", "--freeform-tags",
                   '{"Some-Key": "value"}')
        image = made["data"]["id"]
        self.assertEqual(made["data"]["lifecycle-state"], "PROVISIONING")
        self.assertEqual(made["data"]["freeform-tags"], {"Some-Key": "value"})
        work = made["opc-work-request-id"]
        self.wait_for(SOURCE, f"/20160918/workRequests/{work}", "status", ["SUCCEEDED"])
        request = self.compare(SOURCE, f"work-requests work-request get --work-request-id {work}",
                               f"/20160918/workRequests/{work}")
        self.assertEqual(request["resources"][0]["identifier"], image)
        self.compare(SOURCE, f"work-requests work-request list -c {COMPARTMENT} --resource-id {image}",
                     f"/20160918/workRequests?compartmentId={COMPARTMENT}&resourceId={image}")
        self.compare(SOURCE, f"work-requests work-request-log-entry list --work-request-id {work}",
                     f"/20160918/workRequests/{work}/logs")
        self.assertEqual(
            self.compare(SOURCE, f"compute image get --image-id {image}",
                         f"/20160918/images/{image}")["lifecycleState"], "AVAILABLE")

        out = run(SOURCE, "compute", "image", "export", "to-object", "--image-id", image, "-ns", ns,
                  "-bn", BUCKET, "--name", "out/one.oci", "--export-format", "OCI")
        self.assertEqual(out["data"]["lifecycle-state"], "EXPORTING")
        self.wait_for(SOURCE, f"/20160918/workRequests/{out['opc-work-request-id']}", "status",
                      ["SUCCEEDED"])
        head = run(SOURCE, "os", "object", "head", "-ns", ns, "-bn", BUCKET, "--name", "out/one.oci")
        raw = self.oci.raw(SOURCE, "HEAD", objects + "/out/one.oci")
        for name in ("etag", "content-length", "opc-multipart-md5"):
            self.assertEqual(head[name], raw["headers"][name])
        self.assertGreater(int(head["content-length"]), 0)
        self.compare(SOURCE, f"os object list -ns {ns} -bn {BUCKET} --prefix out/",
                     objects + "?prefix=out/&fields=name,size,etag,timeCreated,md5,timeModified,"
                     "storageTier,archivalState", shown=lambda data: data["objects"])

        bucket = run(TARGET, "os", "bucket", "create", "-ns", ns, "--name", "arrivals", "-c",
                     COMPARTMENT)
        self.assertEqual(bucket["data"]["name"], "arrivals")
        self.assertTrue(bucket["etag"])
        self.compare(TARGET, f"os bucket get -ns {ns} -bn arrivals", f"/n/{ns}/b/arrivals")
        self.compare(TARGET, f"os bucket list -ns {ns} -c {COMPARTMENT}",
                     f"/n/{ns}/b?compartmentId={COMPARTMENT}")

        claim = self.scratch.write("claim", '{"by": "friendly"}')
        put = run(SOURCE, "os", "object", "put", "-ns", ns, "-bn", BUCKET, "--name", "claims/one",
                  "--file", claim, "--no-overwrite")
        self.assertTrue(put["etag"])
        taken = self.oci.refused(SOURCE, "os", "object", "put", "-ns", ns, "-bn", BUCKET, "--name",
                                 "claims/one", "--file", claim, "--if-match", "other")
        self.assertEqual(taken["status"], 412)
        got = self.scratch.file("got")
        run(SOURCE, "os", "object", "get", "-ns", ns, "-bn", BUCKET, "--name", "claims/one",
            "--file", got)
        with open(got, encoding="utf-8") as file:
            self.assertEqual(file.read(), '{"by": "friendly"}')

        copy = run(SOURCE, "os", "object", "copy", "-ns", ns, "-bn", BUCKET, "--source-object-name",
                   "out/one.oci", "--destination-region", TARGET, "--destination-namespace", ns,
                   "--destination-bucket", "arrivals", "--destination-object-name", "one.oci",
                   "--source-object-if-match-e-tag", head["etag"],
                   "--destination-object-if-none-match-e-tag", "*")
        work = copy["opc-work-request-id"]
        self.wait_for(SOURCE, f"/workRequests/{work}", "status", ["COMPLETED"])
        self.compare(SOURCE, f"os work-request get --work-request-id {work}",
                     f"/workRequests/{work}")
        self.compare(SOURCE, f"os work-request list -c {COMPARTMENT}",
                     f"/workRequests?compartmentId={COMPARTMENT}")
        self.compare(SOURCE, f"os work-request-log-entry list --work-request-id {work}",
                     f"/workRequests/{work}/logs")
        arrived = run(TARGET, "os", "object", "head", "-ns", ns, "-bn", "arrivals", "--name",
                      "one.oci")
        self.assertEqual(arrived["content-length"], head["content-length"])
        self.assertEqual(arrived["opc-multipart-md5"], head["opc-multipart-md5"])

        par = run(TARGET, "os", "preauth-request", "create", "-ns", ns, "-bn", "arrivals", "--name",
                  "read one", "--access-type", "ObjectRead", "-on", "one.oci", "--time-expires",
                  "2036-01-01T00:00:00Z")["data"]
        self.assertTrue(par["full-path"].endswith(par["access-uri"]))
        self.compare(TARGET, f"os preauth-request list -ns {ns} -bn arrivals",
                     f"/n/{ns}/b/arrivals/p")
        self.compare(TARGET, f"os preauth-request get -ns {ns} -bn arrivals --par-id {par['id']}",
                     f"/n/{ns}/b/arrivals/p/{par['id']}")

        come = run(TARGET, "compute", "image", "import", "from-object-uri", "-c", COMPARTMENT,
                   "--uri", par["full-path"], "--display-name", "by url")
        self.wait_for(TARGET, f"/20160918/workRequests/{come['opc-work-request-id']}", "status",
                      ["SUCCEEDED"])
        come = run(TARGET, "compute", "image", "import", "from-object", "-c", COMPARTMENT, "-ns", ns,
                   "-bn", "arrivals", "--name", "one.oci", "--display-name", "arrived")
        image = come["data"]["id"]
        self.wait_for(TARGET, f"/20160918/workRequests/{come['opc-work-request-id']}", "status",
                      ["SUCCEEDED"])
        self.compare(TARGET, f"compute image list -c {COMPARTMENT} --display-name arrived",
                     f"/20160918/images?compartmentId={COMPARTMENT}&displayName=arrived")
        self.assertIsNone(run(TARGET, "os", "preauth-request", "delete", "-ns", ns, "-bn",
                              "arrivals", "--par-id", par["id"], "--force"))

        report = run(TARGET, "compute", "compute-capacity-report", "create", "-c", self.server.tenancy,
                     "--availability-domain", TARGET_AD, "--shape-availabilities",
                     '[{"instanceShape": "%s", "instanceShapeConfig": {"ocpus": 1, '
                     '"memoryInGBs": 16}}]' % SHAPE)
        self.assertEqual(report["data"]["shape-availabilities"][0]["availability-status"],
                         "AVAILABLE")
        new = run(TARGET, "compute", "instance", "launch", "-c", COMPARTMENT,
                  "--availability-domain", TARGET_AD, "--subnet-id", SUBNET, "--image-id", image,
                  "--shape", SHAPE, "--shape-config", '{"ocpus": 1, "memoryInGBs": 16}',
                  "--display-name", "one moved")["data"]
        self.assertEqual(new["lifecycle-state"], "PROVISIONING")
        self.wait_for(TARGET, f"/20160918/instances/{new['id']}", "lifecycleState", ["RUNNING"])
        self.compare(TARGET, f"compute instance get --instance-id {new['id']}",
                     f"/20160918/instances/{new['id']}")

        run(TARGET, "compute", "instance", "terminate", "--instance-id", new["id"], "--force")
        self.wait_for(TARGET, f"/20160918/instances/{new['id']}", "lifecycleState", ["TERMINATED"])
        self.assertIsNone(run(TARGET, "compute", "image", "delete", "--image-id", image, "--force"))
        self.assertIsNone(run(TARGET, "os", "object", "delete", "-ns", ns, "-bn", "arrivals",
                              "--object-name", "one.oci", "--force"))
        self.assertIsNone(run(TARGET, "os", "bucket", "delete", "-ns", ns, "-bn", "arrivals",
                              "--force"))

    # ---- the writes by raw-request ----

    def test_writes_by_raw_request(self):
        raw, ns = self.oci.raw, self.namespace
        body = {"compartmentId": COMPARTMENT, "instanceId": instance_of("two"),
                "displayName": "image two", "freeformTags": {"k": "v"}}
        token = {"opc-retry-token": "token-of-two"}
        first = raw(SOURCE, "POST", "/20160918/images", body, token)
        again = raw(SOURCE, "POST", "/20160918/images", body, token)
        self.assertEqual(first["status"], "200 OK", first)
        self.assertEqual(again["data"]["id"], first["data"]["id"])
        self.assertEqual(again["headers"]["opc-work-request-id"],
                         first["headers"]["opc-work-request-id"])
        image = first["data"]["id"]
        self.wait_for(SOURCE, f"/20160918/images/{image}", "lifecycleState", ["AVAILABLE"])
        missing = raw(SOURCE, "POST", "/20160918/images", {"compartmentId": COMPARTMENT})
        self.assertEqual(missing["status"], "400 Bad Request")

        out = raw(SOURCE, "POST", f"/20160918/images/{image}/actions/export",
                  {"destinationType": "objectStorageTuple", "namespaceName": ns,
                   "bucketName": BUCKET, "objectName": "two.oci", "exportFormat": "OCI"},
                  {"opc-retry-token": "export-two"})
        self.wait_for(SOURCE, f"/20160918/workRequests/{out['headers']['opc-work-request-id']}",
                      "status", ["SUCCEEDED"])

        put = raw(SOURCE, "PUT", f"/n/{ns}/b/{BUCKET}/o/a%2Fclaim", {"by": "test"},
                  {"if-none-match": "*"})
        self.assertEqual(put["status"], "200 OK", put)
        taken = raw(SOURCE, "PUT", f"/n/{ns}/b/{BUCKET}/o/a%2Fclaim", {"by": "other"},
                    {"if-none-match": "*"})
        self.assertEqual(taken["status"], "412 Precondition Failed")
        self.assertEqual(taken["data"]["code"], "IfNoneMatchFailed")
        self.assertEqual(raw(SOURCE, "GET", f"/n/{ns}/b/{BUCKET}/o/a/claim")["data"],
                         {"by": "test"})

        bucket = {"name": "raw-arrivals", "compartmentId": COMPARTMENT}
        self.assertEqual(raw(TARGET, "POST", f"/n/{ns}/b", bucket)["status"], "200 OK")
        self.assertEqual(raw(TARGET, "POST", f"/n/{ns}/b", bucket)["data"]["code"],
                         "BucketAlreadyExists")
        copy = raw(SOURCE, "POST", f"/n/{ns}/b/{BUCKET}/actions/copyObject",
                   {"sourceObjectName": "two.oci", "destinationRegion": TARGET,
                    "destinationNamespace": ns, "destinationBucket": "raw-arrivals",
                    "destinationObjectName": "two.oci", "destinationObjectIfNoneMatchETag": "*"})
        self.assertEqual(copy["status"], "202 Accepted", copy)
        self.wait_for(SOURCE, f"/workRequests/{copy['headers']['opc-work-request-id']}", "status",
                      ["COMPLETED"])
        come = raw(TARGET, "POST", "/20160918/images",
                   {"compartmentId": COMPARTMENT, "displayName": "two arrived",
                    "imageSourceDetails": {"sourceType": "objectStorageTuple", "namespaceName": ns,
                                           "bucketName": "raw-arrivals", "objectName": "two.oci"}},
                   {"opc-retry-token": "import-two"})
        image = come["data"]["id"]
        self.wait_for(TARGET, f"/20160918/images/{image}", "lifecycleState", ["AVAILABLE"])
        new = raw(TARGET, "POST", "/20160918/instances",
                  {"compartmentId": COMPARTMENT, "availabilityDomain": TARGET_AD, "shape": SHAPE,
                   "shapeConfig": {"ocpus": 1, "memoryInGBs": 16}, "displayName": "two moved",
                   "sourceDetails": {"sourceType": "image", "imageId": image},
                   "createVnicDetails": {"subnetId": SUBNET}}, {"opc-retry-token": "launch-two"})
        self.assertEqual(new["status"], "200 OK", new)
        self.wait_for(TARGET, f"/20160918/instances/{new['data']['id']}", "lifecycleState",
                      ["RUNNING"])
        par = raw(TARGET, "POST", f"/n/{ns}/b/raw-arrivals/p",
                  {"name": "read two", "accessType": "ObjectRead", "objectName": "two.oci",
                   "timeExpires": "2036-01-01T00:00:00Z"})
        self.assertEqual(par["status"], "200 OK", par)
        pars = f"/n/{ns}/b/raw-arrivals/p/"
        self.assertTrue(par["data"]["fullPath"].endswith(par["data"]["accessUri"]))
        self.assertNotIn("accessUri", raw(TARGET, "GET", pars + par["data"]["id"])["data"])
        by_url = raw(TARGET, "POST", "/20160918/images",
                     {"compartmentId": COMPARTMENT, "displayName": "two by url",
                      "imageSourceDetails": {"sourceType": "objectStorageUri",
                                             "sourceUri": par["data"]["fullPath"]}})
        self.assertEqual(by_url["status"], "200 OK", by_url)
        report = raw(TARGET, "POST", "/20160918/computeCapacityReports",
                     {"compartmentId": self.server.tenancy, "availabilityDomain": TARGET_AD,
                      "shapeAvailabilities": [{"instanceShape": SHAPE}]})
        self.assertEqual(report["status"], "200 OK", report)
        self.wait_for(TARGET, f"/20160918/images/{by_url['data']['id']}", "lifecycleState",
                      ["AVAILABLE"])
        self.assertEqual(raw(TARGET, "DELETE", f"/20160918/instances/{new['data']['id']}")["status"],
                         "204 No Content")
        for region, path in [(TARGET, pars + par["data"]["id"]),
                             (TARGET, f"/20160918/images/{image}"),
                             (TARGET, f"/20160918/images/{by_url['data']['id']}"),
                             (TARGET, f"/n/{ns}/b/raw-arrivals/o/two.oci"),
                             (TARGET, f"/n/{ns}/b/raw-arrivals"),
                             (SOURCE, f"/n/{ns}/b/{BUCKET}/o/a%2Fclaim")]:
            self.assertEqual(raw(region, "DELETE", path)["status"], "204 No Content", path)
            self.assertEqual(raw(region, "GET", path)["status"] == "200 OK",
                             "/images/" in path, path)  # a deleted image is shown for a while
        query = {"type": "Structured", "query": "query image resources where "
                 "(freeformTags.key = 'k' && freeformTags.value = 'v')"}
        found = raw(SOURCE, "POST", "/20180409/resources", query)["data"]["items"]
        self.assertEqual([one["displayName"] for one in found], ["image two"])
        self.compare(SOURCE, "search resource structured-search --query-text|" + query["query"],
                     "/20180409/resources", "POST", query)

    # ---- what a work request that failed leaves ----

    def test_errors_of_work_requests(self):
        """An import of what is no image, and a copy."""
        raw, ns = self.oci.raw, self.namespace
        objects = f"/n/{ns}/b/{BUCKET}"
        self.assertEqual(raw(SOURCE, "PUT", objects + "/o/no-image", {"no": "image"})["status"],
                         "200 OK")
        come = raw(SOURCE, "POST", "/20160918/images",
                   {"compartmentId": COMPARTMENT,
                    "imageSourceDetails": {"sourceType": "objectStorageTuple", "namespaceName": ns,
                                           "bucketName": BUCKET, "objectName": "no-image"}})
        work = come["headers"]["opc-work-request-id"]
        self.wait_for(SOURCE, f"/20160918/workRequests/{work}", "status", ["FAILED"])
        errors = self.compare(
            SOURCE, f"work-requests work-request-error list --work-request-id {work}",
            f"/20160918/workRequests/{work}/errors")
        self.assertTrue(errors[0]["code"] and errors[0]["message"])

        self.server.restart({"scripted": [{"fault": "work_request_fails", "method": "POST",
                                           "path": objects + "/actions/copyObject"}]})
        self.addCleanup(self.server.restart, None)
        copy = raw(SOURCE, "POST", objects + "/actions/copyObject",
                   {"sourceObjectName": "no-image", "destinationRegion": SOURCE,
                    "destinationNamespace": ns, "destinationBucket": BUCKET,
                    "destinationObjectName": "no-copy"})
        work = copy["headers"]["opc-work-request-id"]
        self.wait_for(SOURCE, f"/workRequests/{work}", "status", ["FAILED"])
        errors = self.compare(SOURCE, f"os work-request-error list --work-request-id {work}",
                              f"/workRequests/{work}/errors")
        self.assertTrue(errors[0]["code"] and errors[0]["message"])

    # ---- what is refused, and how the program shows it ----

    def test_session_token(self):
        token = self.scratch.token
        done = self.oci.friendly(SOURCE, "os", "ns", "get", "--auth", "security_token",
                                 config=self.scratch.session("session", token))
        self.assertEqual(done["data"], self.namespace)
        other = self.oci.refused(SOURCE, "os", "ns", "get", "--auth", "security_token",
                                 config=self.scratch.session("session", token[:-4] + "AAAA"))
        self.assertEqual(other["status"], 401)

    def test_errors_and_pages(self):
        gone = self.oci.refused(SOURCE, "compute", "image", "get", "--image-id",
                                "ocid1.image.oc1.iad.none")
        self.assertEqual((gone["status"], gone["code"]), (404, "NotAuthorizedOrNotFound"))
        self.assertEqual(gone["target_service"], "compute")
        stranger = self.oci.refused(SOURCE, "os", "ns", "get",
                                    config=self.scratch.login("stranger"))
        self.assertEqual((stranger["status"], stranger["code"]), (401, "NotAuthenticated"))
        page = self.oci.friendly(SOURCE, "compute", "instance", "list", "-c", COMPARTMENT,
                                 "--limit", "1")
        self.assertEqual(len(page["data"]), 1)
        rest = self.oci.friendly(SOURCE, "compute", "instance", "list", "-c", COMPARTMENT,
                                 "--limit", "1", "--page", page["opc-next-page"])
        self.assertNotEqual(rest["data"][0]["id"], page["data"][0]["id"])
        whole = self.oci.friendly(SOURCE, "compute", "instance", "list", "-c", COMPARTMENT, "--all",
                                  "--page-size", "1")
        self.assertEqual(len(whole["data"]), 2)


if __name__ == "__main__":
    unittest.main()
