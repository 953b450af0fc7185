"""A Redshift that answers with whole HTTP responses from a script, and counts the requests that reach it."""

from __future__ import annotations

from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSE = b""
"""Instead of an answer: the connection is closed."""


def error(code: str, message: str = "Redshift's own words", status: int = 400) -> bytes:
    """An error as the query protocol writes it."""
    body = (
        '<ErrorResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    )
    return response(body, status)


def success(action: str) -> bytes:
    """An answer that says no more than yes."""
    namespace = 'xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"'
    return response(f"<{action}Response {namespace}><{action}Result/></{action}Response>", 200)


def response(body: str, status: int, length: int | None = None) -> bytes:
    """A whole HTTP response; ``length`` may claim more than there is."""
    content = body.encode()
    size = len(content) if length is None else length
    return f"HTTP/1.1 {status} X\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode() + content


class Wire:
    """What the tests see: the requests' bodies, in order."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers
        self.requests: list[str] = []
        self.port = 0

    def client(self, config: Any) -> Any:
        """A Redshift client that speaks to it."""
        return boto3.client(
            "redshift",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )


@contextmanager
def wire(*answers: bytes) -> Iterator[Wire]:
    """A server that gives these answers, one a request; the last one again and again."""
    scripted = Wire(list(answers))

    class Handler(StreamRequestHandler):
        """Reads one request, gives one answer."""

        def handle(self) -> None:
            """Called for each connection."""
            length = 0
            while line := self.rfile.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            scripted.requests.append(self.rfile.read(length).decode())
            left = scripted.answers
            self.wfile.write(left.pop(0) if len(left) > 1 else left[0])

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        scripted.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield scripted
        finally:
            server.shutdown()
            thread.join()
