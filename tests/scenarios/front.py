# SPDX-License-Identifier: MIT
"""Certificates, and a server that speaks TLS in front of a simulator.

    papers = Papers(folder)
    with Front(papers.good, to=8081) as front:
        ...                       # https://localhost:<front.port>
        assert front.heard        # what was said in there
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import subprocess
import threading
from pathlib import Path

from stack import DEADLINE_S

NAMES = "DNS:localhost,IP:127.0.0.1"


class Papers:
    """An authority and what it has signed; `foreign` is signed by one that nobody was told of."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._make_authority("authority")
        self._make_authority("unknown-authority")
        self.authority = folder / "authority.pem"
        self.good = self._sign("good", "authority", NAMES, days=2)
        self.expired = self._sign("expired", "authority", NAMES, days=0)
        self.elsewhere = self._sign("elsewhere", "authority", "DNS:elsewhere.example", days=2)
        self.foreign = self._sign("foreign", "unknown-authority", NAMES, days=2)
        self.own = self._make_own("own")

    def _openssl(self, *words: str) -> None:
        done = subprocess.run(["openssl", *words], cwd=self._folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def _new_key(self) -> list[str]:
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    def _make_authority(self, name: str) -> None:
        self._openssl("req", "-x509", *self._new_key(), "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")

    def _make_own(self, name: str) -> Path:
        self._openssl(
            "req", "-x509", *self._new_key(), "-keyout", f"{name}.key", "-out", f"{name}.pem",
            "-subj", "/CN=localhost", "-addext", f"subjectAltName={NAMES}",
        )  # fmt: skip
        return self._joined(name)

    def _sign(self, name: str, authority: str, names: str, days: int) -> Path:
        (self._folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        self._openssl("req", *self._new_key(), "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial",
            "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem",
        )  # fmt: skip
        return self._joined(name)

    def _joined(self, name: str) -> Path:
        both = self._folder / f"{name}-both.pem"
        both.write_text("".join((self._folder / f"{name}.{end}").read_text() for end in ("key", "pem")))
        return both


class Listener(socketserver.ThreadingTCPServer):
    """A server on a free port of this machine; `heard` is all that was said to it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard = b""
        self.calls = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, *_: object) -> None:
        """A client that leaves is what most tests here wait for."""

    def serve(self, client: socket.socket) -> None:
        """One connection."""
        while got := client.recv(65536):
            self.heard += got


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Listener)
        server.calls += 1
        server.serve(self.request)


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while got := source.recv(65536):
            target.sendall(got)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


class Front(Listener):
    """Speaks TLS with a certificate, and passes on what it hears; or answers everything with `answer`."""

    def __init__(self, paper: Path, to: int = 0, answer: bytes = b"", newest: ssl.TLSVersion | None = None) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if newest:
            self._context.set_ciphers("DEFAULT:@SECLEVEL=0")
            self._context.minimum_version = ssl.TLSVersion.TLSv1
            self._context.maximum_version = newest
        self._context.load_cert_chain(paper)
        self._to, self._answer = to, answer
        super().__init__()

    def serve(self, client: socket.socket) -> None:
        with self._context.wrap_socket(client, server_side=True) as inside:
            if self._answer:
                self._say(inside)
            else:
                self._pass_on(inside)

    def _say(self, inside: ssl.SSLSocket) -> None:
        while got := inside.recv(65536):
            self.heard += got
            if b"\r\n\r\n" in self.heard:
                inside.sendall(self._answer)
                return

    def _pass_on(self, inside: ssl.SSLSocket) -> None:
        with socket.create_connection(("127.0.0.1", self._to), DEADLINE_S) as outside:
            outside.settimeout(None)
            threading.Thread(target=pump, args=(outside, inside), daemon=True).start()
            with contextlib.suppress(OSError):
                while got := inside.recv(65536):
                    self.heard += got
                    outside.sendall(got)


class Proxy(Listener):
    """An HTTP proxy that knows CONNECT alone; `heard` is what it was shown of requests, before any tunnel."""

    def serve(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            got = client.recv(65536)
            if not got:
                return
            head += got
        self.heard += head
        method, place, _ = head.split(b" ", 2)
        if method != b"CONNECT":
            client.sendall(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", int(place.rsplit(b":", 1)[1])), DEADLINE_S) as outside:
            outside.settimeout(None)
            client.sendall(b"HTTP/1.1 200 Go on\r\n\r\n")
            threading.Thread(target=pump, args=(outside, client), daemon=True).start()
            pump(client, outside)
