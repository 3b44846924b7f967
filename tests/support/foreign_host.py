"""Hosts that have no business with a crawl: one that it must never contact, and one whose certificate is worthless."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class ForeignHost:
    """A host that no crawl of ours may ever contact."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        foreign = self

        class Contact(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                foreign.asked.append(self.request.recv(4096).partition(b"\r\n")[0])

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Contact)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/elsewhere"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def foreign_host() -> Iterator[ForeignHost]:
    host = ForeignHost()
    yield host
    host.close()


class UnverifiableHost:
    """A site over TLS, reached as `localhost`, with a certificate of its own making; counts what it is asked.

    The certificate is for `name` and valid from `begins` for a day. Who trusts its file trusts it.
    """

    def __init__(self, folder: Path, name: str = "localhost", begins: datetime | None = None) -> None:
        self.asked = 0
        self.certificate = _self_signed(folder / "site.pem", name, begins or datetime.now(UTC))
        host = self

        class Counting(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked += 1
                self.send_error(404)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self._server = HTTPServer(("127.0.0.1", 0), Counting)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.base_url = f"https://localhost:{self._server.server_address[1]}/{{track}}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def unverifiable_host(tmp_path: Path) -> Iterator[UnverifiableHost]:
    host = UnverifiableHost(tmp_path)
    yield host
    host.close()


def _self_signed(path: Path, host: str, begins: datetime) -> Path:
    """A key and a certificate for a host, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    ends = begins + timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
