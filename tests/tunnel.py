"""A proxy on loopback behind which a stand-in for the real API answers, with a certificate."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from pathlib import Path

from tests.conftest import program
from tests.server import Answer

HOST = "api.anthropic.com"


def certificate(where: Path, host: str = HOST) -> Path:
    """A new self-signed certificate for ``host`` with its key, in one file."""
    path = where / "certificate.pem"
    options = {
        "-newkey": "ec",
        "-pkeyopt": "ec_paramgen_curve:prime256v1",
        "-days": "2",
        "-subj": f"/CN={host}",
        "-addext": f"subjectAltName=DNS:{host}",
        "-keyout": str(path),
        "-out": str(where / "public.pem"),
    }
    command = [program("openssl"), "req", "-x509", "-nodes"]
    # Python 3.13 requires the certificate's purpose.
    command += ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]
    command += [word for option in options.items() for word in option]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + (where / "public.pem").read_text())
    return path


class Tunnel:
    """Accepts CONNECT for any host, and answers as that host.

    ``outside`` and ``inside`` are the requests that it got.
    """

    def __init__(self, pem: Path, answer: Answer) -> None:
        """Use the certificate in ``pem``, and give this answer."""
        self.outside: list[str] = []
        self.inside: list[str] = []
        self._answer = answer
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(pem)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Tunnel:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and wait for the thread."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(20)
                self.outside.append(_head(connection))
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                with self._tls.wrap_socket(connection, server_side=True) as inner:
                    self.inside.append(_head(inner))
                    inner.sendall(self._answer.raw())


def _head(connection: socket.socket) -> str:
    """The head of one request."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        piece = connection.recv(1)
        if not piece:
            break
        data += piece
    return data.decode("latin-1")
