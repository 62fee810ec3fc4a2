"""The simulated tenancy behind HTTP, and the real oci program against it."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

MIGLEDGER = os.environ["MIGLEDGER"]
OCI = os.path.join(os.path.dirname(sys.executable), "oci")

SOURCE = "us-ashburn-1"
TARGET = "sa-bogota-1"
COMPARTMENT = "ocid1.compartment.oc1..aaaaaaaatest"
BUCKET = "staging"
SUBNET = "ocid1.subnet.oc1.sa-bogota-1.aaaaaaaatest"
TARGET_AD = "Uocm:SA-BOGOTA-1-AD-1"
SHAPE = "VM.Standard.E4.Flex"


def instance_of(name):
    return "ocid1.instance.oc1.iad.aaaaaaaa" + name


class Scratch:
    """A directory of a test's own, with a key pair and a configuration of oci."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="migledger-oci-")
        self.loaded = Loaded(self)
        self.config = self.login("config")
        self.token = ".".join(
            base64.urlsafe_b64encode(part).rstrip(b"=").decode()
            for part in [b'{"alg": "RS256"}', b'{"exp": 4102444800}', b"signature"])

    def session(self, name, token):
        """Writes a configuration with a session token instead of a user; returns its path."""
        with open(self.config, encoding="utf-8") as file:
            lines = [line for line in file.read().splitlines() if not line.startswith("user=")]
        lines.append("security_token_file=" + self.write(name + ".token", token))
        return self.write(name, "\n".join(lines) + "\n")

    def login(self, name, tenancy="ocid1.tenancy.oc1..aaaaaaaatest"):
        """Writes a key pair and a configuration of oci with it; returns the latter's path."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = self.write(name + ".key", key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()).decode() + "OCI_API_KEY\n")
        public = key.public_key()
        self.write(name + ".pub", public.public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo).decode())
        digest = hashes.Hash(hashes.MD5())
        digest.update(public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))
        return self.write(name, "\n".join([
            "[DEFAULT]", "user=ocid1.user.oc1..aaaaaaaatest", "tenancy=" + tenancy,
            "fingerprint=" + digest.finalize().hex(":"), "key_file=" + private,
            "region=" + SOURCE, ""]))

    def oci(self, program=None):
        """The "oci" of a configuration: with the real program, loaded once, or another."""
        return {"program": program or self.loaded.program(), "config_file": self.config, "parallel": 2}

    def file(self, name):
        return os.path.join(self.path, name)

    def write(self, name, content):
        if not isinstance(content, str):
            content = json.dumps(content)
        path = self.file(name)
        with open(path, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(content)
        return path

    def remove(self):
        self.loaded.stop()
        shutil.rmtree(self.path, ignore_errors=True)


def plan(names, of_each=None, **settings):
    """A configuration that moves an instance for each name; `of_each` is what each has besides."""
    return {
        "poll_interval_seconds": 0.5,
        "defaults": {
            "source_region": SOURCE, "target_region": TARGET,
            "source_compartment_id": COMPARTMENT, "target_compartment_id": COMPARTMENT,
            "migration_bucket_name": BUCKET, "target_ad": TARGET_AD, "target_subnet_id": SUBNET,
            "target_instance_shape": SHAPE, "allow_source_downtime": True,
            **(of_each or {}),
        },
        "migrations": [{"name": name, "source_instance_id": instance_of(name)} for name in names],
        **settings,
    }


class Server:
    """migledger sim serve, with everything that plan(names) names."""

    def __init__(self, scratch, names, faults=None, of_each=None, speed=36000, also=None,
                 objects=None):
        self.scratch = scratch
        self.state = scratch.file("tenancy")
        self.arguments = [
            MIGLEDGER, "sim", "serve", "--state", self.state,
            "--provision", scratch.write("provision.json", plan(names, of_each)),
            "--public-key", scratch.file("config.pub"),
            "--public-key", f"ST${scratch.token}={scratch.file('config.pub')}", "--speed", str(speed)]
        if also:  # another configuration that names what is to be there
            self.arguments += ["--provision", scratch.write("also.json", also)]
        if objects is not None:  # in each bucket that is replicated
            self.arguments += ["--objects", str(objects)]
        self.faults = faults
        self.ports = {SOURCE: 0, TARGET: 0}
        self.start()

    def start(self):
        """Starts it, on the ports it had before."""
        arguments = list(self.arguments)
        if self.faults:
            arguments += ["--faults", self.scratch.write("faults.json", self.faults)]
        for region, port in self.ports.items():
            arguments += ["--region", f"{region}={port}"]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        self.urls = {}
        for line in self.process.stdout:
            if line == "ready\n":
                break
            region, url = line.split()
            if region == "tenancy":
                self.tenancy = url
                continue
            self.urls[region] = url
            self.ports[region] = int(url.rsplit(":", 1)[1])
        else:
            raise RuntimeError(f"sim serve ended with code {self.process.wait()}")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """Ends it gracefully; returns its exit code."""
        self.process.terminate()
        code = self.process.wait()
        self.process.stdout.close()
        return code

    def restart(self, faults):
        """The same tenancy with other faults."""
        self.stop()
        self.faults = faults
        self.start()

    def report(self):
        out = subprocess.run([MIGLEDGER, "sim", "report", "--sim-state", self.state, "--json"],
                             check=True, stdout=subprocess.PIPE, text=True).stdout
        return json.loads(out)

    def created(self):
        """(kind, region) of everything that was ever created, each as often as it was."""
        return sorted((c["kind"], c["region"]) for c in self.report()["created"])


class Loaded:
    """Programs to call as oci: the real one, loaded once (loaded.py), in a process for each service."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.processes = {}
        self.starting = threading.Lock()

    def program(self, service="raw-request"):
        """A program for calls of `service`."""
        with self.starting:
            path = self.scratch.file("oci-" + service)
            if service not in self.processes:
                here = os.path.dirname(os.path.abspath(__file__))
                os.symlink(os.path.join(here, "loaded_oci"), path)
                process = subprocess.Popen(
                    [sys.executable, "-B", os.path.join(here, "loaded.py"), path + ".socket", service],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                self.processes[service] = process
                if process.stdout.readline() != b"ready\n":
                    raise RuntimeError(f"loaded.py ended with code {process.wait()}")
            return path

    def stop(self):
        for process in self.processes.values():
            process.stdin.close()
            process.wait()
            process.stdout.close()
        self.processes = {}


class Oci:
    """Calls of the real program, loaded once."""

    slots = threading.BoundedSemaphore(2)

    def __init__(self, scratch, server):
        self.scratch = scratch
        self.server = server
        self.empty = scratch.write("empty", "")

    def run(self, *arguments, config=None, options=()):
        program = self.scratch.loaded.program(arguments[0])
        with self.slots:
            done = subprocess.run(
                [program, "--config-file", config or self.scratch.config, "--cli-rc-file", self.empty,
                 *options, *arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                check=False, env={"PATH": os.environ["PATH"], "HOME": self.scratch.path,
                                  "LANG": "C.UTF-8"})
        return done

    def friendly(self, region, *arguments, **how):
        """What a command prints, as JSON; None when that is nothing."""
        done = self.run(*arguments, options=[
            "--region", region, "--endpoint", self.server.urls[region], "--max-retries", "1"],
            **how)
        if done.returncode != 0:
            raise AssertionError(f"oci {' '.join(arguments)}: {done.returncode}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout else None

    def refused(self, region, *arguments, **how):
        """The error that a command must end with, as JSON."""
        done = self.run(*arguments, options=[
            "--region", region, "--endpoint", self.server.urls[region], "--max-retries", "1"],
            **how)
        if done.returncode != 1 or "ServiceError:" not in done.stderr:
            raise AssertionError(f"oci {' '.join(arguments)}: {done.returncode}: {done.stderr}")
        return json.loads(done.stderr.split("ServiceError:\n", 1)[1])

    def raw(self, region, method, path, body=None, headers=None):
        """What raw-request prints: {"data", "headers", "status"}; names of headers in lower case."""
        arguments = ["raw-request", "--http-method", method,
                     "--target-uri", self.server.urls[region] + path]
        if body is not None:
            arguments += ["--request-body", json.dumps(body)]
        if headers:
            arguments += ["--request-headers", json.dumps(headers)]
        done = self.run(*arguments, options=["--region", region, "--max-retries", "1"])
        if done.returncode != 0:
            raise AssertionError(f"raw-request {method} {path}: {done.returncode}: {done.stderr}")
        reply = json.loads(done.stdout)
        reply["headers"] = {name.lower(): value for name, value in reply["headers"].items()}
        return reply
