"""The HTTP side of local AWS: moto's applications behind one small keep-alive server.

werkzeug's own request handler closes the connection after each answer (it cannot drain what an application
left unread). Here the body is read before the application runs, so HTTP/1.1 connections stay open and a
boto3 client pays for one connection instead of one per call.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from http.server import ThreadingHTTPServer
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

LOG = logging.getLogger("local")

TIME_HEADER = "X-Local-Aws-Time"
"""What time it is inside, as an HTTP date. ``Date`` stays the real one: AWS's JavaScript SDK, and so the CDK
CLI, takes the difference for an error of its own clock, and then waits for minutes where there is nothing to
wait for (observed with aws-cdk's bootstrap)."""

BODYLESS_STATUSES = frozenset({204, 304})
"""Answers that carry neither a body nor a Content-Length (RFC 9110, sections 15.3.5 and 15.4.5)."""


UNREADABLE = b'{"__type": "BadRequest", "message": "The address or a length of this request is malformed"}'
"""The answer to what cannot be read as a request."""

LARGEST_BODY = 5 * 1024**3
"""Bytes; S3's largest single upload."""


class DropConnection(Exception):
    """Raised by an application to have the client lose its connection in place of an answer.

    Args:
        answer: What the client would have got for a call that was carried out: status, headers, body.
    """

    def __init__(self, answer: tuple[str, dict[str, str], bytes] | None = None) -> None:
        super().__init__()
        self.answer = answer


class PortInUseError(Exception):
    """The wanted port is taken; the message is one sentence for the user."""


class RequestHandler(MotoRequestHandler):
    """One connection: reads requests, runs the application, answers with a Content-Length."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body of an answer are small; never wait for more
    server: HttpServer  # type: ignore[assignment] # werkzeug's own server is the only one that it knows

    def run_wsgi(self) -> None:
        """Answer one request."""
        try:
            body = self._read_body()
            environ = self.make_environ()
        except ValueError:  # a length, the size of a chunk or the address is none
            self.close_connection = True  # what follows cannot be told from the rest of this request
            self._answer("400 Bad Request", [("Content-Type", "application/json")], UNREADABLE)
            return
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        try:
            status, headers, chunks = self._run(environ)
        except DropConnection:
            self.close_connection = True
        else:
            self._answer(status, headers, b"".join(chunks))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self._chunks())
        return bytes(self.rfile.read(_size(self.headers.get("Content-Length") or "0", 10)))

    def _chunks(self) -> Iterable[bytes]:
        while size := _size(self.rfile.readline().split(b";")[0].decode("latin-1").strip(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():  # trailers, e.g. S3's checksum
            pass

    def _run(self, environ: Environ) -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            del exc_info
            started[:] = [(status, headers)]

        chunks = list(self.server.application(environ, start_response))
        return *started[0], chunks

    def _answer(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        self.send_header(TIME_HEADER, self.date_time_string(self.server.now()))
        for name, value in headers:
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        bodyless = self.command == "HEAD" or int(code) in BODYLESS_STATUSES
        if not bodyless:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if bodyless else body)


def _size(text: str, base: int) -> int:
    """A length in bytes.

    Raises:
        ValueError: It is none, or above `LARGEST_BODY`; RFC 9110 has digits alone, where Python takes signs.
    """
    if not (text.isascii() and text.isalnum()) or int(text, base) > LARGEST_BODY:
        raise ValueError(text)
    return int(text, base)


class HttpServer(ThreadingHTTPServer):
    """A thread per connection, all of which end with `close`.

    Args:
        port: Where to listen on localhost; 0 picks a free port.
        now: The time that answers carry in `TIME_HEADER`, in seconds since 1970.

    Raises:
        PortInUseError: Another program listens there.
    """

    multithread = True
    multiprocess = False
    ssl_context = None
    _server_version = "local-aws"
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.application: Application = _not_ready
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        try:
            super().__init__(("127.0.0.1", port), RequestHandler)
        except OSError as error:
            raise PortInUseError(f"port {port} is in use: choose another one ({error.strerror})") from error
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.02,), name="local-aws", daemon=True
        )

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Answer requests from now on."""
        self._thread.start()

    def close(self) -> None:
        """Hang up every connection and free the port; returns when no thread is left."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()
        with self._lock:
            connections = dict(self._connections)
        for connection, thread in connections.items():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            if thread is not threading.current_thread():
                thread.join(timeout=5)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection, and know about it while it lasts."""
        with self._lock:
            self._connections[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._connections.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that hang up in the middle; report anything else."""
        del request, client_address
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError):
            LOG.error("answering a request failed", exc_info=error)


def _not_ready(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    del environ
    start_response("503 Service Unavailable", [("Content-Type", "application/json")])
    return [b'{"message": "local AWS is starting"}']
