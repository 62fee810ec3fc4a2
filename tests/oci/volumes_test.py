"""Block storage: every operation of the volume workflow by its friendly command of the real oci
program and by `oci raw-request`, and whole migrations of volumes through the program."""
import json
import subprocess
import unittest

import commands_test
from support import (BUCKET, COMPARTMENT, MIGLEDGER, OCI, Oci, SOURCE, Scratch, Server, TARGET,
                     TARGET_AD, plan)

BY_ID = "/20160918/"
IN = f"?compartmentId={COMPARTMENT}"
TARGET_INSTANCE = "ocid1.instance.oc1.sa-bogota-1.aaaaaaaatarget"


def volume_of(name, kind="volume"):
    return f"ocid1.{kind}.oc1.iad.aaaaaaaa{name}"


def volume_plan(volumes, **settings):
    """A configuration that moves each of {name: what its migration has besides}."""
    return {
        "workflow": "volume-replication",
        "poll_interval_seconds": 0.5,
        "defaults": {
            "source_region": SOURCE, "target_region": TARGET,
            "source_compartment_id": COMPARTMENT, "target_compartment_id": COMPARTMENT,
            "migration_bucket_name": BUCKET, "target_ad": TARGET_AD,
        },
        "migrations": [{"name": name, "source_volume_id": volume_of(name), **more}
                       for name, more in volumes.items()],
        **settings,
    }


class Volumes(unittest.TestCase):
    compare = commands_test.Commands.compare
    wait_for = commands_test.Commands.wait_for

    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        # In the target region, there is an instance to attach to.
        cls.server = Server(cls.scratch, ["one"], also=volume_plan({
            "data": {"attach": {"instance_id": TARGET_INSTANCE}},
            "spare": {},
            "root": {"source_volume_id": volume_of("root", "bootvolume")},
            "group": {"source_volume_id": volume_of("group", "volumegroup")},
        }))
        cls.oci = Oci(cls.scratch, cls.server)

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        cls.scratch.remove()
        if code != 0:
            raise AssertionError(f"sim serve ended with code {code}")

    def replicate(self, command, option, path, collection, identifier):
        """Enables a replica by the friendly command, reads it by both, and returns its id."""
        wanted = json.dumps([{"availabilityDomain": TARGET_AD, "displayName": "copy"}])
        made = self.oci.friendly(SOURCE, "bv", command, "update", option, path.rsplit("/", 1)[1],
                                 "--" + collection, wanted, "--force")
        entry = made["data"][collection][0]
        self.assertEqual(entry["availability-domain"], TARGET_AD)
        replica = entry[identifier]
        camel = {"block-volume-replicas": "blockVolumeReplicas",
                 "boot-volume-replicas": "bootVolumeReplicas",
                 "volume-group-replicas": "volumeGroupReplicas"}[collection]
        where = BY_ID + camel
        self.wait_for(TARGET, f"{where}/{replica}", "lifecycleState", ["AVAILABLE"])
        word = collection[:-1]
        self.compare_replicas(f"bv {word} get --{word}-id {replica}", f"{where}/{replica}")
        self.compare_replicas(
            f"bv {word} list -c {COMPARTMENT} --availability-domain {TARGET_AD}",
            f"{where}{IN}&availabilityDomain={TARGET_AD}")
        return replica

    def compare_replicas(self, command, path):
        """A read by both, but for the time of the last sync, which goes on between them."""
        shown = []
        for data, synced in ((self.oci.friendly(TARGET, *command.split(" "))["data"],
                              "time-last-synced"),
                             (self.oci.raw(TARGET, "GET", path)["data"], "timeLastSynced")):
            replicas = data if isinstance(data, list) else [data]
            self.assertTrue(replicas)
            for one in replicas:
                self.assertTrue(one.pop(synced))
            shown.append(commands_test.plain(replicas))
        self.assertEqual(*shown)

    def test_block_volume_by_replica(self):
        source = BY_ID + "volumes/" + volume_of("data")
        self.compare(SOURCE, f"bv volume get --volume-id {volume_of('data')}", source)
        self.compare(SOURCE, f"bv volume list -c {COMPARTMENT}", BY_ID + "volumes" + IN)
        self.compare(TARGET, "limits resource-availability get --service-name block-storage "
                     f"--limit-name total-storage-gb -c {COMPARTMENT} --availability-domain "
                     + TARGET_AD,
                     "/20190729/services/block-storage/limits/total-storage-gb/resourceAvailability"
                     f"{IN}&availabilityDomain={TARGET_AD}")
        replica = self.replicate("volume", "--volume-id", source, "block-volume-replicas",
                                 "block-volume-replica-id")
        made = self.oci.friendly(TARGET, "bv", "volume", "create", "-c", COMPARTMENT,
                                 "--source-volume-replica-id", replica, "--display-name", "moved",
                                 "--freeform-tags", '{"Some-Key": "value"}')["data"]
        self.assertEqual(made["availability-domain"], TARGET_AD)
        self.assertEqual(made["source-details"], {"id": replica, "type": "blockVolumeReplica"})
        new = BY_ID + "volumes/" + made["id"]
        self.wait_for(TARGET, new, "lifecycleState", ["AVAILABLE"])
        self.compare(TARGET, f"bv volume get --volume-id {made['id']}", new)

        attached = self.oci.friendly(
            TARGET, "compute", "volume-attachment", "attach-iscsi-volume", "--instance-id",
            TARGET_INSTANCE, "--volume-id", made["id"], "--device", "/dev/oracleoci/oraclevdc")
        self.assertTrue(attached["opc-work-request-id"])
        attachment = attached["data"]["id"]
        path = f"{BY_ID}volumeAttachments/{attachment}"
        self.wait_for(TARGET, path, "lifecycleState", ["ATTACHED"])
        self.compare(TARGET, f"compute volume-attachment get --volume-attachment-id {attachment}",
                     path)
        self.compare(TARGET, f"compute volume-attachment list -c {COMPARTMENT} --instance-id "
                     + TARGET_INSTANCE,
                     f"{BY_ID}volumeAttachments{IN}&instanceId={TARGET_INSTANCE}")
        # In use, it cannot be deleted.
        busy = self.oci.refused(TARGET, "bv", "volume", "delete", "--volume-id", made["id"],
                                "--force")
        self.assertEqual(busy["code"], "IncorrectState")
        self.oci.friendly(TARGET, "compute", "volume-attachment", "detach",
                          "--volume-attachment-id", attachment, "--force")
        self.wait_for(TARGET, path, "lifecycleState", ["DETACHED"])

        # An update that was meant for another version of the volume does nothing.
        stale = self.oci.raw(SOURCE, "PUT", source, {"blockVolumeReplicas": []},
                             {"if-match": "stale"})
        self.assertEqual(stale["status"], "412 Precondition Failed")
        etag = self.oci.raw(SOURCE, "GET", source)["headers"]["etag"]
        done = self.oci.raw(SOURCE, "PUT", source, {"blockVolumeReplicas": []}, {"if-match": etag})
        self.assertEqual(done["data"]["blockVolumeReplicas"], [])
        self.wait_for(TARGET, f"{BY_ID}blockVolumeReplicas/{replica}", "lifecycleState",
                      ["TERMINATED"])
        self.assertIsNone(self.oci.friendly(TARGET, "bv", "volume", "delete", "--volume-id",
                                            made["id"], "--force"))

    def test_boot_volume_and_group_by_replica(self):
        boot = BY_ID + "bootVolumes/" + volume_of("root", "bootvolume")
        self.compare(SOURCE, "bv boot-volume get --boot-volume-id "
                     + volume_of("root", "bootvolume"), boot)
        domain = self.oci.raw(SOURCE, "GET", boot)["data"]["availabilityDomain"]
        # That of the instance is listed, too, although it was never asked for by itself.
        listed = self.compare(SOURCE, f"bv boot-volume list -c {COMPARTMENT} "
                              f"--availability-domain {domain}",
                              f"{BY_ID}bootVolumes{IN}&availabilityDomain={domain}")
        self.assertIn("one (Boot Volume)", [one["displayName"] for one in listed])
        replica = self.replicate("boot-volume", "--boot-volume-id", boot, "boot-volume-replicas",
                                 "boot-volume-replica-id")
        made = self.oci.friendly(TARGET, "bv", "boot-volume", "create",
                                 "--source-volume-replica-id", replica)["data"]
        self.wait_for(TARGET, BY_ID + "bootVolumes/" + made["id"], "lifecycleState", ["AVAILABLE"])

        group = BY_ID + "volumeGroups/" + volume_of("group", "volumegroup")
        self.compare(SOURCE, "bv volume-group get --volume-group-id "
                     + volume_of("group", "volumegroup"), group)
        self.compare(SOURCE, f"bv volume-group list -c {COMPARTMENT}", BY_ID + "volumeGroups" + IN)
        replica = self.replicate("volume-group", "--volume-group-id", group,
                                 "volume-group-replicas", "volume-group-replica-id")
        made = self.oci.friendly(
            TARGET, "bv", "volume-group", "create", "-c", COMPARTMENT, "--availability-domain",
            TARGET_AD, "--source-details",
            json.dumps({"type": "volumeGroupReplicaId", "volumeGroupReplicaId": replica}))["data"]
        self.assertEqual(len(made["volume-ids"]), 2)
        self.wait_for(TARGET, BY_ID + "volumeGroups/" + made["id"], "lifecycleState",
                      ["AVAILABLE"])
        ended = self.oci.friendly(SOURCE, "bv", "volume-group", "update", "--volume-group-id",
                                  volume_of("group", "volumegroup"), "--volume-group-replicas",
                                  "[]", "--preserve-volume-replica", "false", "--force")
        self.assertEqual(ended["data"]["volume-group-replicas"], [])

    def test_backup_and_its_copy(self):
        made = self.oci.friendly(SOURCE, "bv", "backup", "create", "--volume-id",
                                 volume_of("spare"), "--display-name", "all", "--type", "FULL",
                                 "--freeform-tags", '{"k": "v"}')["data"]
        path = f"{BY_ID}volumeBackups/{made['id']}"
        self.wait_for(SOURCE, path, "lifecycleState", ["AVAILABLE"])
        self.compare(SOURCE, f"bv backup get --volume-backup-id {made['id']}", path)
        self.compare(SOURCE, f"bv backup list -c {COMPARTMENT} --volume-id {volume_of('spare')}",
                     f"{BY_ID}volumeBackups{IN}&volumeId={volume_of('spare')}")
        copied = self.oci.friendly(SOURCE, "bv", "backup", "copy", "--volume-backup-id", made["id"],
                                   "--destination-region", TARGET)
        self.assertTrue(copied["opc-work-request-id"])
        copy = copied["data"]["id"]
        self.wait_for(TARGET, f"{BY_ID}volumeBackups/{copy}", "lifecycleState", ["AVAILABLE"])
        listed = self.compare(
            TARGET, f"bv backup list -c {COMPARTMENT} --source-volume-backup-id {made['id']}",
            f"{BY_ID}volumeBackups{IN}&sourceVolumeBackupId={made['id']}")
        self.assertEqual([one["id"] for one in listed], [copy])
        body = {"compartmentId": COMPARTMENT, "availabilityDomain": TARGET_AD,
                "sourceDetails": {"type": "volumeBackup", "id": copy}}
        token = {"opc-retry-token": "from-backup"}
        first = self.oci.raw(TARGET, "POST", BY_ID + "volumes", body, token)
        again = self.oci.raw(TARGET, "POST", BY_ID + "volumes", body, token)
        self.assertEqual(first["status"], "200 OK", first)
        self.assertEqual(again["data"]["id"], first["data"]["id"])
        for region, backup in ((TARGET, copy), (SOURCE, made["id"])):
            self.assertIsNone(self.oci.friendly(region, "bv", "backup", "delete",
                                                "--volume-backup-id", backup, "--force"))

        for command, kind, name, camel in (
                ("boot-volume-backup", "bootvolume", "root", "bootVolumeBackups"),
                ("volume-group-backup", "volumegroup", "group", "volumeGroupBackups")):
            option = {"bootvolume": "--boot-volume-id", "volumegroup": "--volume-group-id"}[kind]
            made = self.oci.friendly(SOURCE, "bv", command, "create", option,
                                     volume_of(name, kind))["data"]
            path = f"{BY_ID}{camel}/{made['id']}"
            self.wait_for(SOURCE, path, "lifecycleState", ["AVAILABLE"])
            self.compare(SOURCE, f"bv {command} get --{command}-id {made['id']}", path)
            self.compare(SOURCE, f"bv {command} list -c {COMPARTMENT}", f"{BY_ID}{camel}{IN}")
            copy = self.oci.friendly(SOURCE, "bv", command, "copy", f"--{command}-id", made["id"],
                                     "--destination-region", TARGET)["data"]["id"]
            self.wait_for(TARGET, f"{BY_ID}{camel}/{copy}", "lifecycleState", ["AVAILABLE"])
            self.oci.friendly(SOURCE, "bv", command, "delete", f"--{command}-id", made["id"],
                              "--force")

    def test_search(self):
        found = self.oci.friendly(
            SOURCE, "search", "resource", "structured-search", "--query-text",
            f"query volume, bootvolume, volumegroup resources where compartmentId = '{COMPARTMENT}'")
        kinds = {item["resource-type"] for item in found["data"]["items"]}
        self.assertEqual(kinds, {"Volume", "BootVolume", "VolumeGroup"})


class EndToEnd(unittest.TestCase):
    def setUp(self):
        self.scratch = Scratch()

    def tearDown(self):
        self.server.stop()
        self.scratch.remove()

    def serve(self, volumes, **how):
        self.server = Server(self.scratch, ["one"], also=volume_plan(volumes), **how)
        self.config = self.scratch.write("config.json", volume_plan(
            volumes, endpoints=self.server.urls, retry={"base_seconds": 0.1, "cap_seconds": 1},
            oci=self.scratch.oci(OCI)))

    def run_to_end(self, *options):
        done = subprocess.run(
            [MIGLEDGER, "run", "--config", self.config, "--ledger", self.scratch.file("ledger"),
             "--log-file", self.scratch.file("log"), *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=400, check=False)
        return done.returncode, done.stdout

    def test_by_replica_and_by_backup(self):
        """Under faults, with approval by a second run."""
        volumes = "/20160918/volumes"
        self.serve({
            "data": {"attach": {"instance_id": TARGET_INSTANCE, "type": "iscsi"}},
            "spare": {"method": "backup"},
        }, faults={"scripted": [
            {"fault": "lost_after", "method": "PUT", "path": volumes, "seconds": 1},
            {"fault": "lost_after", "method": "POST", "path": volumes, "region": TARGET,
             "seconds": 1},
            {"fault": "error_after", "method": "POST", "path": "/20160918/volumeBackups",
             "status": 503},
            {"fault": "throttled", "method": "POST", "path": "/20160918/volumeAttachments",
             "seconds": 1},
        ]})
        code, out = self.run_to_end()
        self.assertEqual(code, 3, out)
        code, out = self.run_to_end("--yes=downtime,cutover")
        self.assertEqual(code, 0, out)
        self.assertEqual(self.server.created(), sorted([
            ("blockvolumereplica", TARGET), ("object", SOURCE), ("object", SOURCE),
            ("volume", TARGET), ("volume", TARGET), ("volumeattachment", TARGET),
            ("volumebackup", SOURCE), ("volumebackup-copy", TARGET)]))

    def test_with_an_instance(self):
        """The volumes of an instance move along with it."""
        of_each = {"volumes": "replicate"}
        self.server = Server(self.scratch, ["one"], of_each=of_each)
        self.config = self.scratch.write("config.json", plan(
            ["one"], of_each, endpoints=self.server.urls,
            retry={"base_seconds": 0.1, "cap_seconds": 1},
            oci=self.scratch.oci()))
        code, out = self.run_to_end("--yes=downtime,cutover")
        self.assertEqual(code, 0, out)
        made = [kind for kind, _ in self.server.created()]
        for kind in ("blockvolumereplica", "volume", "volumeattachment"):
            self.assertEqual(made.count(kind), 2, made)
        self.assertEqual(made.count("instance"), 1)
        oci = Oci(self.scratch, self.server)
        ways = [[(one["attachment-type"], one["device"]) for one in oci.friendly(
            region, "compute", "volume-attachment", "list", "-c", COMPARTMENT)["data"]]
                for region in (SOURCE, TARGET)]
        self.assertEqual(ways[0], ways[1])
        self.assertEqual(len(ways[0]), 2)


if __name__ == "__main__":
    unittest.main()
