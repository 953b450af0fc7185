"""What was asked of the APIs: every request that reached the server, its answer and its virtual moment."""

from __future__ import annotations

import io
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local.http_server import DropConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from local.clock import Clock
    from local.http_server import Application, Environ

SERVICE = re.compile(r"Credential=[^/]*/\d*/[^/]*/([^/]*)/")
CODE = re.compile(rb"<Code>(\w+)</Code>")
LOST = "lost"
"""The answer of a call that was carried out, and whose connection was then closed."""

UNHEARD = "unheard"
"""The answer of a call that was refused, and whose connection was then closed."""

DROPPED = "dropped"
"""The answer of a call that got lost on its way to the server: it was not carried out."""

RECORDED = frozenset({"redshift", "sns", "events", "kms"})


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        parameters: As on the wire: nested members of the query protocol have dotted names.
        answer: ``ok``, the error's code, `LOST`, `UNHEARD` or `DROPPED`.
    """

    service: str
    operation: str
    parameters: dict[str, Any]
    at: datetime
    answer: str = "ok"

    @property
    def cluster(self) -> str:
        """The cluster that it names, by identifier or ARN; empty if none."""
        arn = str(self.parameters.get("ResourceName", ""))
        return str(self.parameters.get("ClusterIdentifier", arn.partition(":cluster:")[2]))

    @property
    def applied(self) -> bool:
        """Whether the server carried it out."""
        return self.answer in {"ok", LOST}

    @property
    def is_change(self) -> bool:
        """Whether it changes anything."""
        return not self.operation.startswith("Describe")


@dataclass
class Recorder:
    """The application around local AWS that writes down what passes."""

    inner: Application
    clock: Clock
    calls: list[Call] = field(default_factory=list)
    drops: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, and remember it."""
        signed = SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if signed is None or signed[1] not in RECORDED:
            return self.inner(environ, start_response)
        operation, parameters = _read(environ)
        call = Call(signed[1], operation, parameters, self.clock.now())
        if self._takes_drop(operation):
            self._note(call, DROPPED)
            raise DropConnection
        return self._pass_on(call, environ, start_response)

    def drop(self, operation: str, times: int = 1) -> None:
        """Lose the next requests for an operation before they are carried out."""
        self.drops[operation] += times

    def _pass_on(self, call: Call, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        statuses: list[str] = []

        def begin(status: str, *rest: Any) -> Any:
            statuses.append(status)
            return start_response(status, *rest)

        try:
            body = b"".join(self.inner(environ, begin))
        except DropConnection:
            applied = not statuses or statuses[-1].startswith("2")
            self._note(call, LOST if applied else UNHEARD)
            raise
        refused = None if statuses[-1].startswith("2") else CODE.search(body)
        self._note(call, refused[1].decode() if refused else "ok")
        return [body]

    def _note(self, call: Call, answer: str) -> None:
        with self._lock:
            self.calls.append(Call(call.service, call.operation, call.parameters, call.at, answer))

    def _takes_drop(self, operation: str) -> bool:
        with self._lock:
            taken = self.drops[operation] > 0
            self.drops[operation] -= taken
            return taken


def _read(environ: Environ) -> tuple[str, dict[str, Any]]:
    """The operation and its parameters; the body stays readable."""
    body = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(body)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.rpartition(".")[2], json.loads(body or b"{}")
    parameters: dict[str, Any] = dict(parse_qsl(body.decode(), keep_blank_values=True))
    parameters.pop("Version", None)
    return str(parameters.pop("Action", "")), parameters
