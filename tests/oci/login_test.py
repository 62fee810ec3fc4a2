"""Every kind of authentication of the real oci program, passed through by migledger. An instance
principal is one of a fake instance: its metadata service and its federation endpoint are here."""
import base64
import datetime
import hashlib
import http.server
import json
import os
import threading
import time
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from moving import ONCE, Moving
from support import OCI, SOURCE, TARGET


def token_of(number):
    """A security token: what it is signed with is nobody's business here."""
    claims = {"exp": int(time.time()) + 3600, "iat": int(time.time()), "jti": str(number)}
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode()
                    for part in [b'{"alg": "RS256"}', json.dumps(claims).encode(), b"signature"])


class Instance:
    """The metadata service of an instance, and the federation endpoint that takes its certificate
    and hands out tokens, whose keys the tenancy knows from then on."""

    def __init__(self, tenancy, keys):
        self.keys = keys
        self.tokens = 0
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "ocid1.instance.oc1.iad.aaaarunner"),
            x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, "opc-tenant:" + tenancy)])
        now = datetime.datetime.utcnow()
        certificate = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(
            key.public_key()).serial_number(1).not_valid_before(now).not_valid_after(
                now + datetime.timedelta(hours=1)).sign(key, hashes.SHA256())
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        self.fingerprint = certificate.fingerprint(hashes.SHA1()).hex(":").upper()
        self.signed_as = f"{tenancy}/fed-x509/{self.fingerprint}"
        self.pages = {
            "/opc/v2/instance/region": b"iad",
            "/opc/v2/identity/cert.pem": pem,
            "/opc/v2/identity/intermediate.pem": pem,
            "/opc/v2/identity/key.pem": key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption()),
        }
        instance = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body):
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                page = instance.pages.get(self.path)
                if page is None or self.headers["authorization"] != "Bearer Oracle":
                    self.answer(404, b"{}")
                else:
                    self.answer(200, page)

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                signed = f'keyId="{instance.signed_as}"' in self.headers["authorization"]
                if self.path != "/v1/x509" or not signed:
                    self.answer(401, b'{"code": "NotAuthenticated", "message": "no"}')
                else:
                    token = instance.token_for(asked["publicKey"])
                    self.answer(200, json.dumps({"token": token}).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def token_for(self, public_key):
        self.tokens += 1
        token = token_of(self.tokens)
        key_id = "ST$" + token
        lines = "\n".join(public_key[at:at + 64] for at in range(0, len(public_key), 64))
        path = os.path.join(self.keys, hashlib.sha256(key_id.encode()).hexdigest() + ".pem")
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(f"key-id: {key_id}\n-----BEGIN PUBLIC KEY-----\n{lines}\n"
                       "-----END PUBLIC KEY-----\n")
        os.rename(path + ".new", path)
        return token

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Login(Moving):
    def examine(self, **environment):
        """What doctor says about credentials and regions."""
        done = self.migledger("doctor", "--config", self.config, "--ledger",
                              self.scratch.file("ledger"), "--json", **environment)
        checks = json.loads(done.stdout)["checks"]
        return done.returncode, {check["what"]: check["verdict"] for check in checks}

    def accepted(self, **environment):
        code, checks = self.examine(**environment)
        self.assertEqual(code, 0, checks)
        self.assertEqual({checks["region " + SOURCE], checks["region " + TARGET]}, {"ok"})

    def refused(self, **environment):
        code, checks = self.examine(**environment)
        self.assertEqual(code, 6, checks)
        self.assertEqual(checks["credentials"], "fix")

    def test_session_token(self):
        token = self.scratch.token
        path = self.scratch.session("session", token)
        self.serve(["one"], oci={"program": OCI, "auth": "security_token",
                                  "config_file": path})
        self.accepted()
        self.scratch.session("session", token[:-4] + "AAAA")
        self.refused()

    def test_resource_principal(self):
        self.serve(["one"], oci={"program": OCI, "auth": "resource_principal"})
        principal = {
            "OCI_RESOURCE_PRINCIPAL_VERSION": "2.2",
            "OCI_RESOURCE_PRINCIPAL_RPST": self.scratch.write("rpst", self.scratch.token),
            "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": self.scratch.file("config.key"),
            "OCI_RESOURCE_PRINCIPAL_REGION": SOURCE,
        }
        self.accepted(**principal)
        self.scratch.login("other")
        self.refused(**{**principal,
                        "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": self.scratch.file("other.key")})

    def test_instance_principal(self):
        """By pre-authenticated request, as OCI wants it of instance principals."""
        self.serve(["one"], oci={"auth": "instance_principal"}, transfer="par")
        instance = Instance(self.server.tenancy, os.path.join(self.server.state, "keys"))
        self.addCleanup(instance.stop)
        environment = {"OCI_METADATA_BASE_URL": instance.url + "/opc/v2",
                       "OCI_CLI_FEDERATION_ENDPOINT": instance.url + "/v1/x509"}
        code, out = self.run_to_end(**environment)
        self.assertEqual(code, 0, out)
        self.assertGreater(instance.tokens, 0)
        self.assertEqual(self.server.created(), sorted(ONCE + [("par", SOURCE), ("par", TARGET)]))
        # A certificate that the federation endpoint does not take.
        instance.signed_as = "nobody"
        self.refused(**environment)


if __name__ == "__main__":
    unittest.main()
