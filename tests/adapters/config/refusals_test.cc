// What check-config refuses because OCI would, a row each, and beside it what is legal but unusual.
// A row changes one of the sample configurations by a JSON merge patch (RFC 7396).
#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "adapters/config/config.h"
#include "tests/support/merge_patch.h"
#include "tests/support/sample_config.h"

using namespace migledger;
using namespace migledger::adapters;
namespace json = boost::json;

namespace {

enum class Of { compute, volume, bucket, plan };

struct Row {
  Of of;
  const char* patch;
  const char* place;       // the key that the one problem names; empty: the configuration is good
  const char* words = "";  // which the problem's message holds
};

const Row kRows[] = {
    // ---- OCIDs: kind, realm, region ------------------------------------------------------------
    {Of::compute, R"({"source_instance_id": "ocid1.instance.oc1.phx.a"})", "source_instance_id",
     "lies in us-phoenix-1, but source_region is us-ashburn-1"},
    {Of::compute, R"({"source_instance_id": "ocid1.instance.oc1.us-ashburn-1.a"})", ""},
    {Of::compute, R"({"source_instance_id": "ocid1.instance.oc1..a"})", "source_instance_id",
     "names no region; the OCID of this instance begins with \"ocid1.instance.oc1.iad.\""},
    {Of::compute, R"({"source_instance_id": "ocid1.instance.oc1.nowhere.a"})", "source_instance_id",
     "lies in nowhere"},
    {Of::compute, R"({"source_instance_id": "ocid1.instance.oc2.iad.a"})", "source_instance_id",
     "realm \"oc2\", but source_region in \"oc1\""},
    {Of::compute, R"({"target_subnet_id": "ocid1.subnet.oc1.iad.a"})", "target_subnet_id",
     "lies in us-ashburn-1, but target_region is sa-bogota-1"},
    {Of::compute, R"({"target_subnet_id": "ocid1.subnet.oc1.bog.a"})", ""},
    {Of::compute, R"({"target_subnet_id": "ocid1.vcn.oc1.sa-bogota-1.a"})", "target_subnet_id",
     "the OCID of a subnet"},
    {Of::compute, R"({"source_compartment_id": "ocid1.compartment.oc1.iad.a"})",
     "source_compartment_id", "belongs to no region"},
    {Of::compute, R"({"source_compartment_id": "ocid1.tenancy.oc1..a"})", ""},
    {Of::compute, R"({"target_compartment_id": "ocid1.compartment.oc19..a"})",
     "target_compartment_id", "realm \"oc19\""},
    {Of::compute, R"({"launch_options": {"kmsKeyId": "ocid1.key.oc1.iad.v.a"}})",
     "launch_options.kmsKeyId", "lies in us-ashburn-1"},
    {Of::compute, R"({"launch_options": {"kmsKeyId": "ocid1.key.oc1.sa-bogota-1.v.a"}})", ""},
    {Of::compute, R"({"launch_options": {"nsgIds": ["ocid1.networksecuritygroup.oc1.bog.a",
                                            "ocid1.networksecuritygroup.oc1.iad.a"]}})",
     "launch_options.nsgIds[1]", "lies in us-ashburn-1"},
    {Of::compute,
     R"({"launch_options": {"capacityReservationId": "ocid1.capacityreservation.oc1.iad.a"}})",
     "launch_options.capacityReservationId", "lies in us-ashburn-1"},
    {Of::compute, R"({"launch_options": {"dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.phx.a"}})",
     "launch_options.dedicatedVmHostId", "lies in us-phoenix-1"},
    {Of::compute,
     R"({"launch_options": {"clusterPlacementGroupId": "ocid1.clusterplacementgroup.oc1.iad.a"}})",
     "launch_options.clusterPlacementGroupId", "lies in us-ashburn-1"},
    {Of::compute, R"({"launch_options": {"privateIpId": "ocid1.privateip.oc1.iad.a"}})",
     "launch_options.privateIpId", "lies in us-ashburn-1"},
    {Of::volume, R"({"source_volume_id": "ocid1.volume.oc1.sa-bogota-1.a"})", "source_volume_id",
     "lies in sa-bogota-1"},
    {Of::volume, R"({"source_volume_id": "ocid1.volumegroup.oc1.iad.a", "attach": null})", ""},
    {Of::volume, R"({"target_kms_key_id": "ocid1.key.oc1.iad.a"})", "target_kms_key_id",
     "lies in us-ashburn-1"},
    {Of::volume, R"({"attach": {"instance_id": "ocid1.instance.oc1.iad.a"}})", "attach.instance_id",
     "lies in us-ashburn-1"},
    {Of::bucket, R"({"target_kms_key_id": "ocid1.key.oc1.iad.a"})", "target_kms_key_id",
     "lies in us-ashburn-1"},
    {Of::bucket, R"({"target_kms_key_id": "ocid1.key.oc1.bog.v.a"})", ""},
    {Of::bucket, R"({"target_compartment_id": "ocid1.compartment.oc3..a"})",
     "target_compartment_id", "realm \"oc3\""},

    // ---- regions -------------------------------------------------------------------------------
    {Of::compute, R"({"target_region": "sa-bogta-1"})", "target_region",
     "did you mean \"sa-bogota-1\"?"},
    {Of::bucket, R"({"source_region": "us-ashbrun-1"})", "source_region",
     "did you mean \"us-ashburn-1\"?"},
    {Of::bucket, R"({"target_region": "sa-bogota-2"})", ""},
    {Of::bucket, R"({"target_region": "eu-atlantis-1"})", ""},
    {Of::bucket, R"({"target_region": "sa-bogta-1",
                    "endpoints": {"sa-bogta-1": "https://private.example"}})",
     ""},
    {Of::bucket, R"({"target_region": "us-gov-ashburn-1"})", "target_region",
     "nothing moves between realms"},
    {Of::bucket, R"({"source_region": "us-gov-ashburn-1", "target_region": "us-gov-phoenix-1",
                    "source_compartment_id": "ocid1.compartment.oc3..a",
                    "target_compartment_id": "ocid1.tenancy.oc3..a"})",
     ""},
    {Of::compute, R"({"target_region": "us-ashburn-1"})", "target_region",
     "another region than source_region"},
    {Of::compute, R"({"source_region": "sa-bogota-1", "target_region": "us-ashburn-1"})",
     "source_region", "seem to be exchanged"},
    {Of::volume, R"({"source_region": "sa-bogota-1", "target_region": "us-ashburn-1"})",
     "source_region", "seem to be exchanged"},
    // A region that is newer than the catalog, with what lies in it.
    {Of::compute, R"({"target_region": "eu-atlantis-1", "target_ad": "Uocm:EU-ATLANTIS-1-AD-1",
                     "target_subnet_id": "ocid1.subnet.oc1.eu-atlantis-1.a"})",
     ""},
    {Of::compute, R"({"target_region": "eu-atlantis-1", "target_ad": "Uocm:ATL-AD-1",
                     "target_subnet_id": "ocid1.subnet.oc1.atl.a"})",
     ""},
    {Of::compute, R"({"target_region": "eu-atlantis-1", "target_ad": "Uocm:EU-ATLANTIS-1-AD-1"})",
     "target_subnet_id", "lies in sa-bogota-1, but target_region is eu-atlantis-1"},

    // ---- availability and fault domains --------------------------------------------------------
    {Of::compute, R"({"target_ad": "Uocm:US-ASHBURN-AD-1"})", "target_ad",
     "availability domain of us-ashburn-1, but target_region is sa-bogota-1"},
    {Of::compute, R"({"target_ad": "Uocm:SA-BOGTA-1-AD-1"})", "target_ad",
     "its first one is named Uocm:SA-BOGOTA-1-AD-1"},
    {Of::compute, R"({"target_ad": "Uocm:SA-BOGOTA-1-AD-9"})", "target_ad",
     "expected an availability domain"},
    {Of::compute, R"({"target_ad": "SA-BOGOTA-1-AD-1"})", "target_ad", "the tenancy's prefix"},
    {Of::compute, R"({"target_ad": "qIZq:SA-BOGOTA-1-AD-1"})", ""},
    {Of::compute, R"({"further_ads": ["Uocm:PHX-AD-2"]})", "further_ads[0]",
     "availability domain of us-phoenix-1"},
    {Of::compute, R"({"further_ads": ["qIZq:SA-BOGOTA-1-AD-2"]})", "further_ads[0]",
     "a tenancy has one prefix in a region"},
    {Of::compute, R"({"further_ads": ["Uocm:SA-BOGOTA-1-AD-2", "Uocm:SA-BOGOTA-1-AD-3"]})", ""},
    {Of::volume, R"({"target_ad": "Uocm:US-ASHBURN-AD-1", "method": "backup"})", "target_ad",
     "availability domain of us-ashburn-1"},
    {Of::volume, R"({"target_region": "eu-zurich-1", "target_ad": "Uocm:EU-ZURICH-1-AD-2",
                    "attach": null})",
     "target_ad", "is no availability domain of eu-zurich-1, which has one"},
    {Of::volume, R"({"target_region": "us-phoenix-1", "target_ad": "Uocm:PHX-AD-3",
                    "attach": {"instance_id": "ocid1.instance.oc1.phx.a"}})",
     ""},
    {Of::compute, R"({"fault_domains": ["FAULT-DOMAIN-4"]})", "fault_domains[0]",
     "\"FAULT-DOMAIN-3\""},
    {Of::compute, R"({"fault_domains": ["FAULT-DOMAIN-1", "FAULT-DOMAIN-1"]})", "fault_domains[1]",
     "listed twice"},
    {Of::compute, R"({"fault_domains": ["FAULT-DOMAIN-3", "FAULT-DOMAIN-1"]})", ""},

    // ---- shape and shape_config ----------------------------------------------------------------
    {Of::compute, R"({"shape_config": {"ocpus": 0.1, "memoryInGBs": 16}})", "shape_config.ocpus",
     "must be from 1 to 114 for VM.Standard.E4.Flex"},
    {Of::compute, R"({"shape_config": {"ocpus": 115, "memoryInGBs": 200}})", "shape_config.ocpus",
     "must be from 1 to 114"},
    {Of::compute, R"({"shape_config": {"ocpus": 114, "memoryInGBs": 1760}})", ""},
    {Of::compute, R"({"shape_config": {"ocpus": 114, "memoryInGBs": 1761}})",
     "shape_config.memoryInGBs", "from 1 to 1760"},
    {Of::compute, R"({"shape_config": {"ocpus": 1, "memoryInGBs": 65}})",
     "shape_config.memoryInGBs", "must be from 1 to 64 for 1 OCPUs"},
    {Of::compute, R"({"shape_config": {"ocpus": 1, "memoryInGBs": 64}})", ""},
    {Of::compute, R"({"shape_config": {"ocpus": 4, "memoryInGBs": 3}})", "shape_config.memoryInGBs",
     "must be from 4 to 256"},
    {Of::compute, R"({"shape_config": {"memoryInGBs": 16}})", "shape_config", "has no ocpus"},
    {Of::compute, R"({"shape_config": {"vcpus": 4, "memoryInGBs": 16}})", ""},
    {Of::compute, R"({"shape_config": {"vcpus": 3}})", "shape_config.vcpus", "an even number"},
    {Of::compute, R"({"shape_config": {"ocpus": 2, "vcpus": 4}})", ""},
    {Of::compute, R"({"shape_config": {"ocpus": 2, "vcpus": 6}})", "shape_config.vcpus",
     "contradicts ocpus"},
    {Of::compute, R"({"shape_config": {"ocpus": 1, "baselineOcpuUtilization": "BASELINE_1_8"}})",
     ""},
    {Of::compute, R"({"target_instance_shape": "VM.Standard.E6.Flex",
                     "shape_config": {"ocpus": 1, "baselineOcpuUtilization": "BASELINE_1_8"}})",
     "shape_config.baselineOcpuUtilization", "BASELINE_1_1 or absent"},
    {Of::compute, R"({"shape_config": {"ocpus": 1, "nvmes": 1}})", "shape_config.nvmes",
     "has no local disks"},
    {Of::compute, R"({"target_instance_shape": "VM.DenseIO.E4.Flex",
                     "shape_config": {"ocpus": 8, "memoryInGBs": 128, "nvmes": 1}})",
     ""},
    {Of::compute, R"({"target_instance_shape": "VM.DenseIO.E4.Flex",
                     "shape_config": {"ocpus": 4, "memoryInGBs": 64}})",
     "shape_config.ocpus", "from 8 to 32"},
    {Of::compute, R"({"shape_config": {"ocpus": 1, "localVolumeSizeInGBs": 100}})",
     "shape_config.localVolumeSizeInGBs", "not a DenseLV shape"},
    {Of::compute, R"({"target_instance_shape": "VM.Standard2.4", "shape_config": {"ocpus": 4}})",
     "shape_config", "is a fixed shape"},
    {Of::compute, R"({"target_instance_shape": "VM.Standard2.4"})", ""},
    {Of::compute, R"({"target_instance_shape": "BM.Standard.E4.128"})", ""},
    {Of::compute, R"({"target_instance_shape": "vm.standard.e4.flex"})", "target_instance_shape",
     "did you mean \"VM.Standard.E4.Flex\"?"},
    {Of::compute, R"({"target_instance_shape": "VM.Standard.E4"})", "target_instance_shape",
     "did you mean \"VM.Standard.E4.Flex\"?"},
    // A shape that is newer than the catalog.
    {Of::compute, R"({"target_instance_shape": "VM.Standard.E9.Flex",
                     "shape_config": {"ocpus": 300, "memoryInGBs": 4096}})",
     ""},
    {Of::compute, R"({"target_instance_shape": "VM.Standard.AMD.Generic",
                     "shape_config": {"ocpus": 64, "memoryInGBs": 1024}})",
     ""},

    // ---- launch_options: single values ---------------------------------------------------------
    {Of::compute, R"({"launch_options": {"bootVolumeSizeInGBs": 49}})",
     "launch_options.bootVolumeSizeInGBs", "from 50 to 32768"},
    {Of::compute, R"({"launch_options": {"bootVolumeSizeInGBs": 32768}})", ""},
    {Of::compute, R"({"launch_options": {"bootVolumeSizeInGBs": 100.5}})",
     "launch_options.bootVolumeSizeInGBs", "expected gigabytes"},
    {Of::compute, R"({"launch_options": {"bootVolumeVpusPerGB": 15}})",
     "launch_options.bootVolumeVpusPerGB", "10, 20, 30"},
    {Of::compute, R"({"launch_options": {"bootVolumeVpusPerGB": 0}})",
     "launch_options.bootVolumeVpusPerGB", "10, 20, 30"},
    {Of::compute, R"({"launch_options": {"bootVolumeVpusPerGB": 120}})", ""},
    {Of::compute, R"({"launch_options": {"bootVolumeVpusPerGB": 130}})",
     "launch_options.bootVolumeVpusPerGB", "up to 120"},
    {Of::compute, R"({"launch_options": {"privateIp": "10.0.0.256"}})", "launch_options.privateIp"},
    {Of::compute, R"({"launch_options": {"privateIp": "169.254.1.1"}})", "launch_options.privateIp",
     "an interface can have"},
    {Of::compute, R"({"launch_options": {"privateIp": "172.16.31.254"}})", ""},
    {Of::compute, R"({"launch_options": {"hostnameLabel": "web_1"}})",
     "launch_options.hostnameLabel"},
    {Of::compute, R"({"launch_options": {"hostnameLabel": "web.example.com"}})",
     "launch_options.hostnameLabel"},
    {Of::compute, R"({"launch_options": {"nsgIds": [
        "ocid1.networksecuritygroup.oc1.bog.a", "ocid1.networksecuritygroup.oc1.bog.a"]}})",
     "launch_options.nsgIds[1]", "listed twice"},
    {Of::compute, R"({"launch_options": {"nsgIds": []}})", ""},
    {Of::compute, R"({"launch_options": {"launchOptions": {"networkType": "VIRTIO"}}})",
     "launch_options.launchOptions.networkType"},
    {Of::compute, R"({"launch_options": {"availabilityConfig": {"recoveryAction": "RESTART"}}})",
     "launch_options.availabilityConfig.recoveryAction"},
    {Of::compute, R"({"launch_options": {"subnetCidr": "10.0.0.1/24"}})",
     "launch_options.subnetCidr", "CIDR block"},

    // ---- launch_options: what excludes what ----------------------------------------------------
    {Of::compute,
     R"({"launch_options": {"hostnameLabel": "web", "assignPrivateDnsRecord": false}})",
     "launch_options.assignPrivateDnsRecord", "cannot be false beside hostnameLabel"},
    {Of::compute, R"({"launch_options": {"hostnameLabel": "web", "assignPrivateDnsRecord": true}})",
     ""},
    {Of::compute, R"({"launch_options": {"assignPrivateDnsRecord": false}})", ""},
    {Of::compute, R"({"launch_options": {"privateIp": "10.0.0.5",
                     "privateIpId": "ocid1.privateip.oc1.bog.a"}})",
     "launch_options.privateIpId", "cannot stand beside privateIp"},
    {Of::compute, R"({"launch_options": {"privateIp": "10.0.0.5", "subnetCidr": "10.0.0.0/24"}})",
     "launch_options.subnetCidr", "cannot stand beside privateIp"},
    {Of::compute, R"({"launch_options": {"assignIpv6Ip": false,
        "ipv6AddressIpv6SubnetCidrPairDetails": [{"ipv6SubnetCidr": "2001:db8::/64"}]}})",
     "launch_options.assignIpv6Ip", "asks for an IPv6"},
    {Of::compute, R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails": [
        {"ipv6SubnetCidr": "2001:db8::/64", "ipv6Address": "2001:db8:0:0:1::5"}]}})",
     ""},
    {Of::compute, R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails": [
        {"ipv6SubnetCidr": "2001:db8::/64", "ipv6Address": "2001:db8:0:1::5"}]}})",
     "launch_options.ipv6AddressIpv6SubnetCidrPairDetails[0].ipv6Address", "does not lie in"},
    {Of::compute, R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails": [
        {"ipv6Address": "2001:db8::5"}, {"ipv6Address": "2001:0DB8:0::5"}]}})",
     "launch_options.ipv6AddressIpv6SubnetCidrPairDetails[1].ipv6Address", "given twice"},
    {Of::compute, R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails": [
        {"ipv6Address": "fe80::5"}]}})",
     "launch_options.ipv6AddressIpv6SubnetCidrPairDetails[0].ipv6Address",
     "that an interface can have"},
    {Of::compute, R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails": [
        {"ipv6SubnetCidr": "2001:db8::/129"}]}})",
     "launch_options.ipv6AddressIpv6SubnetCidrPairDetails[0].ipv6SubnetCidr", "IPv6 prefix"},
    {Of::compute, R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails": [
        {"ipv6Id": "ocid1.ipv6.oc1.iad.a"}]}})",
     "launch_options.ipv6AddressIpv6SubnetCidrPairDetails[0].ipv6Id", "lies in us-ashburn-1"},
    {Of::compute, R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails": [
        {"ipv6Id": "ocid1.ipv6.oc1.bog.a"}]}})",
     ""},
    {Of::compute, R"({"launch_options": {
        "dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.bog.a",
        "capacityReservationId": "ocid1.capacityreservation.oc1.bog.a"}})",
     "launch_options.capacityReservationId", "cannot stand beside dedicatedVmHostId"},
    {Of::compute, R"({"launch_options": {"preemptibleInstanceConfig":
        {"preemptionAction": {"type": "TERMINATE"}},
        "capacityReservationId": "ocid1.capacityreservation.oc1.bog.a"}})",
     "launch_options.capacityReservationId", "preemptible"},
    {Of::compute, R"({"target_instance_shape": "BM.Standard.E4.128",
        "launch_options": {"dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.bog.a"}})",
     "launch_options.dedicatedVmHostId", "bare metal"},
    {Of::compute, R"({"launch_options": {"computeClusterId": "ocid1.computecluster.oc1.bog.a"}})",
     "launch_options.computeClusterId", "virtual machine"},
    {Of::compute, R"({"target_instance_shape": "BM.Optimized3.36",
        "launch_options": {"computeClusterId": "ocid1.computecluster.oc1.bog.a"}})",
     ""},
    {Of::compute, R"({"launch_options": {"isPvEncryptionInTransitEnabled": true,
        "launchOptions": {"isPvEncryptionInTransitEnabled": false}}})",
     "launch_options.launchOptions.isPvEncryptionInTransitEnabled", "contradicts"},
    {Of::compute, R"({"launch_options": {"platformConfig": {"isSecureBootEnabled": true}}})",
     "launch_options.platformConfig", "type is missing"},
    {Of::compute, R"({"launch_options": {"platformConfig": {"type": "INTEL_VM"}}})",
     "launch_options.platformConfig.type", "must be \"AMD_VM\""},
    {Of::compute, R"({"launch_options": {"platformConfig": {"type": "AMD_VM",
                     "numaNodesPerSocket": "NPS1"}}})",
     "launch_options.platformConfig.numaNodesPerSocket", "setting of bare metal"},
    {Of::compute, R"({"target_instance_shape": "VM.Standard.A1.Flex",
        "launch_options": {"platformConfig": {"type": "AMD_VM"}}})",
     "launch_options.platformConfig", "takes no platformConfig"},
    {Of::compute, R"({"target_instance_shape": "BM.Standard.E4.128", "launch_options":
        {"platformConfig": {"type": "AMD_MILAN_BM", "numaNodesPerSocket": "NPS2",
                            "percentageOfCoresEnabled": 50}}})",
     ""},

    // ---- metadata and tags ---------------------------------------------------------------------
    {Of::compute, R"({"metadata": {"user_data": "#!/bin/sh"}})", "metadata.user_data", "base64"},
    {Of::compute, R"({"metadata": {"ssh_authorized_keys": "hello"}})",
     "metadata.ssh_authorized_keys", "public keys"},
    {Of::compute, R"({"metadata": {"ssh_authorized_keys": "ssh-ed25519 AAAAC3Nz me\n"}})", ""},
    {Of::compute, R"({"metadata": {"a b": "x"}})", "metadata"},
    {Of::compute, R"({"freeform_tags": {"cost.center": "42"}})", "freeform_tags",
     "without space and"},
    {Of::compute, R"({"freeform_tags": {"cost center": "42"}})", "freeform_tags"},
    {Of::compute, R"({"freeform_tags": {"größe": "42"}})", "freeform_tags"},
    {Of::compute, R"({"freeform_tags": {"team/web:1": "größe 42"}})", ""},
    {Of::volume, R"({"defined_tags": {"Ops": {"Cost": "1"}}})", ""},
    {Of::bucket, R"({"defined_tags": {"Ops.x": {"Cost": "1"}}})", "defined_tags"},
    {Of::compute, R"({"defined_tags": {"Ops": {"Cost": "1", "cost": "2"}}})",
     "defined_tags.Ops.cost", "is the same tag as defined_tags.Ops.Cost"},
    {Of::compute, R"({"defined_tags": {"Ops": {"Cost": "1"}},
                     "launch_options": {"definedTags": {"Ops": {"Cost": "2"}}}})",
     ""},

    // ---- names of buckets ----------------------------------------------------------------------
    {Of::compute, R"({"migration_bucket_name": "a/b"})", "migration_bucket_name"},
    {Of::compute, R"({"target_bucket_name": "ünchen"})", "target_bucket_name"},
    {Of::bucket, R"({"source_bucket_name": "A.b_c-9"})", ""},

    // ---- attachments ---------------------------------------------------------------------------
    {Of::volume, R"({"attach": {"device": "dev/oracleoci/oraclevdp"}})", "attach.device",
     "/dev/oracleoci/oraclevdb"},
    {Of::volume, R"({"attach": {"device": "/dev/sdb"}})", "attach.device"},
    {Of::volume, R"({"attach": {"device": "/dev/oracleoci/oraclevda"}})", "attach.device"},
    {Of::volume, R"({"attach": {"device": "/dev/oracleoci/oraclevdah"}})", "attach.device"},
    {Of::volume, R"({"attach": {"device": "/dev/oracleoci/oraclevdzz"}})", "attach.device"},
    {Of::volume, R"({"attach": {"device": "/dev/oracleoci/oraclevdb"}})", ""},
    {Of::volume, R"({"attach": {"device": "/dev/oracleoci/oraclevdz"}})", ""},
    {Of::volume, R"({"attach": {"device": "/dev/oracleoci/oraclevdaa"}})", ""},
    {Of::volume, R"({"attach": {"device": "/dev/oracleoci/oraclevdag"}})", ""},
    {Of::volume, R"({"attach": {"type": "emulated"}})", "attach.type"},
    {Of::volume, R"({"source_volume_id": "ocid1.bootvolume.oc1.iad.a"})", "attach",
     "only a block volume"},

    // ---- what two migrations cannot share ------------------------------------------------------
    {Of::plan, R"({"defaults": {"source_instance_id": "ocid1.instance.oc1.iad.same"}})", ""},
    {Of::plan, R"({"defaults": {"launch_options": {"hostnameLabel": "web"}}})",
     "defaults.launch_options.hostnameLabel", "also that of migration \"db\""},
    {Of::plan, R"({"defaults": {"launch_options": {"privateIp": "10.0.0.9"}}})",
     "defaults.launch_options.privateIp", "in the same subnet"},
    {Of::plan, R"({"defaults": {"launch_options": {"assignPublicIp": false}}})", ""},
    {Of::plan, R"({"defaults": {"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails": [
        {"ipv6Address": "2001:db8::5"}]}}})",
     "defaults.launch_options.ipv6AddressIpv6SubnetCidrPairDetails[0].ipv6Address",
     "also that of migration \"db\""},
    {Of::plan, R"({"defaults": {"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails": [
        {"ipv6SubnetCidr": "2001:db8::/64"}]}}})",
     ""},
};

json::value base_of(Of of) {
  switch (of) {
    case Of::compute:
      return test::old_config();
    case Of::volume:
      return test::volume_config();
    case Of::bucket:
      return test::bucket_config();
    case Of::plan:
      return test::plan_of_two();
  }
  return {};
}

std::string no_file(const std::string&, std::size_t) {
  throw FileError(true, "there is no such file");
}

std::vector<Problem> problems_of(const json::value& config) {
  try {
    parse_config(json::serialize(config), "config.json", no_file);
  } catch (const ConfigError& e) {
    return e.problems;
  }
  return {};
}

}  // namespace

TEST_CASE("What OCI refuses is named by check-config, and what OCI takes is not") {
  for (const Row& row : kRows) {
    json::value config = base_of(row.of);
    testing::merge_patch(config, json::parse(row.patch));
    const auto problems = problems_of(config);
    std::string all;
    for (const Problem& problem : problems) all += problem.text() + "\n";
    CAPTURE(row.patch, row.place, all);
    const bool refused = *row.place != '\0';
    CHECK(problems.size() == (refused ? 1U : 0U));
    if (!refused || problems.empty()) continue;
    CHECK(problems[0].key == row.place);
    CHECK_THAT(problems[0].message, Catch::Contains(row.words));
  }
}

TEST_CASE("A plan moves each source once") {
  json::object plan = test::plan_of_two();
  plan["migrations"].as_array()[1].as_object()["source_instance_id"] =
      "ocid1.instance.oc1.iad.aaaaaaaadb";
  const auto problems = problems_of(plan);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].key == "migrations[1].source_instance_id");
  CHECK_THAT(problems[0].message, Catch::Contains("migration \"db\" moves the same"));
}

TEST_CASE("Volumes of a plan share no device, no name and no source") {
  const auto problem_with = [](const char* second) {
    json::object defaults = test::volume_config();
    for (const char* key : {"workflow", "name", "source_volume_id", "attach"}) defaults.erase(key);
    json::value plan = json::object{{"workflow", "volume-replication"}, {"defaults", defaults}};
    json::value first = json::parse(R"({"name": "a", "source_volume_id": "ocid1.volume.oc1.iad.a",
        "new_volume_name": "data", "attach": {"instance_id": "ocid1.instance.oc1.bog.i",
                                              "device": "/dev/oracleoci/oraclevdb"}})");
    json::value other = json::parse(R"({"name": "b", "source_volume_id": "ocid1.volume.oc1.iad.b",
        "new_volume_name": "logs", "attach": {"instance_id": "ocid1.instance.oc1.bog.i",
                                              "device": "/dev/oracleoci/oraclevdc"}})");
    testing::merge_patch(other, json::parse(second));
    plan.as_object()["migrations"] = {first, other};
    const auto problems = problems_of(plan);
    REQUIRE(problems.size() <= 1);
    return problems.empty() ? std::string() : problems[0].key;
  };
  CHECK(problem_with("{}").empty());
  CHECK(problem_with(R"({"attach": {"device": "/dev/oracleoci/oraclevdb"}})") ==
        "migrations[1].attach.device");
  CHECK(problem_with(R"({"attach": {"device": "/dev/oracleoci/oraclevdb",
                         "instance_id": "ocid1.instance.oc1.bog.other"}})")
            .empty());
  CHECK(problem_with(R"({"new_volume_name": "data"})") == "migrations[1].new_volume_name");
  CHECK(problem_with(R"({"source_volume_id": "ocid1.volume.oc1.iad.a"})") ==
        "migrations[1].source_volume_id");
}

TEST_CASE("A plan attaches 32 volumes to an instance") {
  const auto problems_with = [](int count) {
    json::object defaults = test::volume_config();
    for (const char* key : {"workflow", "name", "source_volume_id", "new_volume_name"})
      defaults.erase(key);
    defaults["attach"] = {{"instance_id", "ocid1.instance.oc1.bog.i"}};
    json::array migrations;
    for (int i = 0; i < count; ++i)
      migrations.push_back({{"name", fmt::format("v{}", i)},
                            {"source_volume_id", fmt::format("ocid1.volume.oc1.iad.a{}", i)}});
    return problems_of(json::object{
        {"workflow", "volume-replication"}, {"defaults", defaults}, {"migrations", migrations}});
  };
  CHECK(problems_with(32).empty());
  const auto problems = problems_with(34);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].key == "defaults.attach.instance_id");
  CHECK_THAT(problems[0].message, Catch::Contains("more than 32 migrations"));
}

TEST_CASE("Replications of a plan are no chain, but where one comes after the other") {
  const auto problem_with = [](const char* migrations) {
    json::object defaults = test::bucket_config();
    for (const char* key : {"workflow", "name", "source_bucket_name", "target_bucket_name"})
      defaults.erase(key);
    const auto problems = problems_of(json::object{{"workflow", "storage-replication"},
                                                   {"defaults", defaults},
                                                   {"migrations", json::parse(migrations)}});
    REQUIRE(problems.size() <= 1);
    return problems.empty() ? std::string() : problems[0].key + ": " + problems[0].message;
  };
  const char* const chain = R"([{"name": "a", "source_bucket_name": "x", "target_bucket_name": "y"},
      {"name": "b", "source_region": "sa-bogota-1", "target_region": "us-phoenix-1",
       "source_bucket_name": "y"}])";
  CHECK_THAT(problem_with(chain), Catch::StartsWith("migrations[1].source_bucket_name"));
  CHECK_THAT(problem_with(chain), Catch::Contains("OCI chains no replications"));
  // One after the other, through a third.
  CHECK(problem_with(R"([{"name": "a", "source_bucket_name": "x", "target_bucket_name": "y"},
      {"name": "c", "source_bucket_name": "z", "depends_on": ["a"]},
      {"name": "b", "source_region": "sa-bogota-1", "target_region": "us-phoenix-1",
       "source_bucket_name": "y", "depends_on": ["c"]}])")
            .empty());
  // Buckets of one name in two regions are two.
  CHECK(problem_with(R"([{"name": "a", "source_bucket_name": "x", "target_bucket_name": "y"},
      {"name": "b", "source_bucket_name": "y", "target_bucket_name": "x"}])")
            .empty());
}

TEST_CASE("Metadata and ssh keys together are limited") {
  json::object config = test::old_config();
  config["ssh_authorized_keys_file"] = "keys";
  const std::string keys = "ssh-rsa " + std::string(5'000, 'A');
  const auto problems_with = [&](std::size_t bytes) {
    config["metadata"] = {{"a", std::string(bytes, 'x')}};
    try {
      parse_config(json::serialize(config), "config.json",
                   [&](const std::string& path, std::size_t max) {
                     return path == "keys" ? keys : no_file(path, max);
                   });
    } catch (const ConfigError& e) {
      return e.problems;
    }
    return std::vector<Problem>();
  };
  const std::size_t others = 1 + std::string_view("ssh_authorized_keys").size() + keys.size();
  CHECK(problems_with(32'000 - others).empty());
  const auto problems = problems_with(32'001 - others);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].key == "metadata");
  CHECK_THAT(problems[0].message, Catch::Contains("found 32001"));
}

TEST_CASE("A resource takes 64 defined tags") {
  json::object config = test::old_config();
  const auto tags = [](int from, int to) {
    json::object space;
    for (int i = from; i < to; ++i) space["t" + std::to_string(i)] = "x";
    return json::object{{"Ops", space}};
  };
  config["defined_tags"] = tags(0, 60);
  config["launch_options"] = {{"definedTags", tags(56, 64)}};
  CHECK(problems_of(config).empty());
  config["launch_options"] = {{"definedTags", tags(56, 65)}};
  const auto problems = problems_of(config);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].key == "launch_options.definedTags");
  CHECK_THAT(problems[0].message, Catch::Contains("found 65"));
}
