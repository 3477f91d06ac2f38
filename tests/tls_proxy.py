"""Puts TLS in front of a server without it, with certificates from an authority that the tests create."""

from __future__ import annotations

import contextlib
import select
import shutil
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.tcp_proxy import LOOPBACK

OPENSSL = shutil.which("openssl")
_POLL_SECONDS = 0.05
"""Between two checks of a waiting thread whether the proxy has been closed."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates, which clients that trust ``certificate`` accept.

    Attributes:
        directory: holds its own files and those of every signed certificate.
    """

    directory: Path

    @classmethod
    def create(cls, directory: Path) -> Self:
        """Creates an authority in a directory."""
        authority = cls(directory)
        authority._openssl(
            *("req", "-x509", "-days", "2", "-subj", "/CN=authority", "-addext", "keyUsage=critical,keyCertSign"),
            *(*_NEW_KEY, "-keyout", "authority.key", "-out", "authority.pem"),
        )
        return authority

    @property
    def certificate(self) -> Path:
        """The file of its own certificate."""
        return self.directory / "authority.pem"

    def sign(self, name: str, *, days: int = 2) -> Path:
        """Creates a certificate with its key for a host; returns the file that holds both.

        Args:
            name: a host name or an IPv4 address.
            days: for which it is valid, from now on; negative: it has expired.
        """
        kind = "IP" if name[0].isdigit() else "DNS"
        extensions = self.directory / "extensions"
        extensions.write_text(f"subjectAltName={kind}:{name}\nauthorityKeyIdentifier=keyid\n")
        self._openssl("req", "-subj", f"/CN={name}", *_NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.request")
        self._openssl(
            *("x509", "-req", "-in", f"{name}.request", "-out", f"{name}.crt", "-days", str(days)),
            *("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-extfile", "extensions"),
        )
        both = self.directory / f"{name}.{days}.pem"
        both.write_bytes(b"".join((self.directory / f"{name}.{end}").read_bytes() for end in ("crt", "key")))
        return both

    def _openssl(self, *arguments: str) -> None:
        subprocess.run([OPENSSL or "openssl", *arguments], cwd=self.directory, check=True, capture_output=True)


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class TlsProxy:
    """Accepts TLS from its callers and passes plain bytes on; a context manager that ends all its threads.

    Args:
        port: of the server, on 127.0.0.1.
        certificate: file of the certificate that it presents, with its key.
        callers: file of the authority whose certificates callers must present; ``None``: they need none.

    Attributes:
        port: its own.
        handshakes: number of callers with whom it completed one.
    """

    def __init__(self, port: int, certificate: Path, callers: Path | None = None) -> None:
        self._server_port = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        if callers is not None:
            self._context.load_verify_locations(callers)
            self._context.verify_mode = ssl.CERT_REQUIRED
        self.handshakes = 0
        self._over = threading.Event()
        self._listener = socket.create_server((LOOPBACK, 0))
        self._listener.settimeout(_POLL_SECONDS)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, name="tls-proxy", daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                caller, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(caller,), name="tls-proxy", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, caller: socket.socket) -> None:
        # With TLS 1.3 a caller sees the refusal of its certificate only after its handshake.
        with contextlib.suppress(OSError), caller:
            caller.settimeout(5)
            with (
                self._context.wrap_socket(caller, server_side=True) as secured,
                socket.create_connection((LOOPBACK, self._server_port), timeout=5) as server,
            ):
                self.handshakes += 1
                self._pass_on(secured, server)

    def _pass_on(self, secured: ssl.SSLSocket, server: socket.socket) -> None:
        while not self._over.is_set():
            ready = [secured] if secured.pending() else select.select([secured, server], [], [], _POLL_SECONDS)[0]
            for source in ready:
                chunk = source.recv(65_536)
                if not chunk:
                    return
                (server if source is secured else secured).sendall(chunk)
