"""Ledgers of the simulated tenancy to report on."""

import json
import os
import subprocess

MIGLEDGER = os.environ["MIGLEDGER"]

FAULTS = {
    "rates": {"throttled": 0.05, "lost_after": 0.02},
    "scripted": [{"fault": "limit_exceeded", "method": "POST", "path": "/20160918/instances", "times": 2}],
}


def plan(count):
    return {
        "parallel": count,
        "defaults": {
            "source_region": "us-ashburn-1", "target_region": "sa-bogota-1",
            "source_compartment_id": "ocid1.compartment.oc1..aaaa",
            "target_compartment_id": "ocid1.compartment.oc1..aaaa",
            "migration_bucket_name": "staging", "target_ad": "Uocm:SA-BOGOTA-1-AD-1",
            "target_subnet_id": "ocid1.subnet.oc1.sa-bogota-1.aaaa",
            "target_instance_shape": "VM.Standard.E4.Flex", "allow_source_downtime": True},
        "migrations": [
            {"name": f"vm-{i:02}", "source_instance_id": f"ocid1.instance.oc1.iad.{'a' * 10}{i:02}"}
            for i in range(1, count + 1)],
    }


def migledger(*arguments, code=0):
    """Runs the program, which must end with `code`; returns its output."""
    ran = subprocess.run([MIGLEDGER, *map(str, arguments)], capture_output=True, text=True, check=False)
    if ran.returncode != code:
        raise AssertionError(f"{arguments}: exit code {ran.returncode}\n{ran.stdout}\n{ran.stderr}")
    return ran.stdout


def rehearse(directory, count):
    """Runs `count` migrations, with faults: two find a limit used up, and wait for a person. Returns the ledger."""
    ledger = directory / "test.ledger"
    (directory / "plan.json").write_text(json.dumps(plan(count)))
    (directory / "faults.json").write_text(json.dumps(FAULTS))
    migledger("run", "--config", directory / "plan.json", "--cloud", "sim", "--sim-speed", "0",
              "--sim-faults", directory / "faults.json", "--ledger", ledger, "--log-file", directory / "log",
              code=3)
    return ledger


def history(ledger):
    # Not splitlines(): it takes U+2028 for the end of a line.
    return [json.loads(line) for line in migledger("history", "--json", "--ledger", ledger).split("\n") if line]
