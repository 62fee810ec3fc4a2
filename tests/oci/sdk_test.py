"""OCI's Python SDK, another client than the program, moves an instance by hand."""
import datetime
import unittest

import oci

from support import (BUCKET, COMPARTMENT, SHAPE, SOURCE, SUBNET, Scratch, Server, TARGET, TARGET_AD,
                     instance_of)


class Sdk(unittest.TestCase):
    def setUp(self):
        self.scratch = Scratch()
        self.server = Server(self.scratch, ["one"])
        self.config = oci.config.from_file(self.scratch.config)

    def tearDown(self):
        self.server.stop()
        self.scratch.remove()

    def client(self, kind, region):
        return kind(self.config, service_endpoint=self.server.urls[region],
                    retry_strategy=oci.retry.NoneRetryStrategy())

    def test_whole_migration(self):
        models = oci.core.models
        here = self.client(oci.core.ComputeClient, SOURCE)
        there = self.client(oci.core.ComputeClient, TARGET)
        storage = self.client(oci.object_storage.ObjectStorageClient, SOURCE)
        arrivals = self.client(oci.object_storage.ObjectStorageClient, TARGET)

        def wait(client, response, key, value):
            return oci.wait_until(client, response, key, value, max_interval_seconds=1,
                                  max_wait_seconds=60).data

        source = here.get_instance(instance_of("one")).data
        image = here.create_image(models.CreateImageDetails(
            compartment_id=COMPARTMENT, instance_id=source.id, display_name="by sdk"),
            opc_retry_token="sdk-image").data
        image = wait(here, here.get_image(image.id), "lifecycle_state", "AVAILABLE")
        namespace = storage.get_namespace().data
        here.export_image(image.id, models.ExportImageViaObjectStorageTupleDetails(
            namespace_name=namespace, bucket_name=BUCKET, object_name="sdk.oci"))
        wait(here, here.get_image(image.id), "lifecycle_state", "AVAILABLE")
        exported = storage.head_object(namespace, BUCKET, "sdk.oci").headers

        arrivals.create_bucket(namespace, oci.object_storage.models.CreateBucketDetails(
            name="arrivals", compartment_id=COMPARTMENT))
        copy = storage.copy_object(namespace, BUCKET, oci.object_storage.models.CopyObjectDetails(
            source_object_name="sdk.oci", destination_region=TARGET,
            destination_namespace=namespace, destination_bucket="arrivals",
            destination_object_name="sdk.oci"))
        wait(storage, storage.get_work_request(copy.headers["opc-work-request-id"]), "status",
             "COMPLETED")
        arrived = arrivals.head_object(namespace, "arrivals", "sdk.oci").headers
        self.assertEqual(arrived["content-length"], exported["content-length"])
        self.assertNotEqual(arrived["etag"], exported["etag"])
        par = arrivals.create_preauthenticated_request(
            namespace, "arrivals", oci.object_storage.models.CreatePreauthenticatedRequestDetails(
                name="sdk", access_type="ObjectRead", object_name="sdk.oci",
                time_expires=datetime.datetime.now(datetime.timezone.utc)
                + datetime.timedelta(hours=1))).data

        imported = there.create_image(models.CreateImageDetails(
            compartment_id=COMPARTMENT, display_name="arrived by sdk",
            image_source_details=models.ImageSourceViaObjectStorageUriDetails(
                source_uri=par.full_path))).data
        wait(there, there.get_image(imported.id), "lifecycle_state", "AVAILABLE")
        moved = there.launch_instance(models.LaunchInstanceDetails(
            compartment_id=COMPARTMENT, availability_domain=TARGET_AD, shape=SHAPE,
            shape_config=models.LaunchInstanceShapeConfigDetails(
                ocpus=source.shape_config.ocpus, memory_in_gbs=source.shape_config.memory_in_gbs),
            source_details=models.InstanceSourceViaImageDetails(image_id=imported.id),
            create_vnic_details=models.CreateVnicDetails(subnet_id=SUBNET))).data
        moved = wait(there, there.get_instance(moved.id), "lifecycle_state", "RUNNING")
        self.assertEqual(moved.image_id, imported.id)
        self.assertEqual(moved.shape_config.ocpus, source.shape_config.ocpus)

        with self.assertRaises(oci.exceptions.ServiceError) as refused:
            arrivals.create_bucket(namespace, oci.object_storage.models.CreateBucketDetails(
                name="arrivals", compartment_id=COMPARTMENT))
        self.assertEqual((refused.exception.status, refused.exception.code),
                         (409, "BucketAlreadyExists"))
        self.assertEqual(self.server.created(), sorted([
            ("bucket", TARGET), ("image", SOURCE), ("imported-image", TARGET), ("instance", TARGET),
            ("object", SOURCE), ("object-copy", TARGET), ("par", TARGET)]))


if __name__ == "__main__":
    unittest.main()
