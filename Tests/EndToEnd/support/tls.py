"""Certificates of an authority of our own, made by openssl for one test."""

import pathlib
import ssl
import subprocess

authority_name = "Junction Test Authority"


class Authority:
    """An authority that nobody trusts who is not told to. Its own certificate is in `certificate`."""

    def __init__(self, place: pathlib.Path, name: str = authority_name):
        self.place = place
        self.place.mkdir(exist_ok=True)
        self.certificate = place / "authority.pem"
        self.key = place / "authority.key"
        subject = ["-subj", f"/O=Tests/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE"]
        self.openssl("req", "-x509", *self.new_key(self.key), "-out", self.certificate, "-days", "2", *subject)

    @staticmethod
    def new_key(file: pathlib.Path) -> list:
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file]

    @staticmethod
    def openssl(*arguments) -> None:
        done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def issue(self, name: str, *names: str) -> tuple[pathlib.Path, pathlib.Path]:
        """Returns the files of a certificate and its key, for `names` as openssl writes them (`DNS:…`, `IP:…`)."""
        certificate, key, request = (self.place / f"{name}.{kind}" for kind in ("pem", "key", "request"))
        names = names or ("DNS:localhost", "IP:127.0.0.1")
        more = ["-addext", f"subjectAltName={','.join(names)}"]
        self.openssl("req", "-new", *self.new_key(key), "-out", request, "-subj", f"/CN={name}", *more)
        signed_by = ["-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-copy_extensions", "copyall"]
        self.openssl("x509", "-req", "-in", request, "-out", certificate, "-days", "2", *signed_by)
        return certificate, key

    def server(self, *names: str, demands_certificate: bool = False) -> ssl.SSLContext:
        """Returns what a server needs for a certificate for `names`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue("server", *names))
        if demands_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.certificate)
        return context
