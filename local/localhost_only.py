"""Refuses requests that a browser sends for another site.

A page of any site can have its own name resolve to 127.0.0.1 (DNS rebinding), or post a form to localhost.
What reaches local AWS that way would run Lambda functions in the name of who started it. The browser tells on
it: the Host header or the Origin header is the name of the page's site.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from local.http_server import Application, Environ

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SUBDOMAINS = ".localhost"
"""Such as an S3 bucket's ``BUCKET.localhost``; always this machine (RFC 6761, section 6.3)."""


class LocalhostOnly:
    """A web application: passes on what is addressed to localhost, and nothing else.

    Args:
        application: Local AWS.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; 403 and a sentence where it is for or from another site."""
        for header, name in (("Host", "HTTP_HOST"), ("Origin", "HTTP_ORIGIN")):
            value = environ.get(name)
            if value is not None and not _is_local(value):
                return _refuse(header, value, start_response)
        return self._application(environ, start_response)


def _is_local(value: str) -> bool:
    """Whether a Host or an Origin names this machine; a page without an origin of its own says ``null``."""
    try:
        name = urlsplit(value if "://" in value else f"//{value}").hostname or ""
    except ValueError:
        return False
    return name in LOOPBACK or name.endswith(SUBDOMAINS)


def _refuse(header: str, value: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
    rule = "local AWS answers to localhost only"
    sentence = f"{rule}, and the header {header} is {value[:100]!r}: use localhost"
    start_response("403 Forbidden", [("Content-Type", "application/json")])
    return [json.dumps({"message": sentence}).encode()]
