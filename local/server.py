"""Local AWS as one object: moto's services and our parts on one localhost port, in this process.

    with LocalAws(Clock(start)) as aws:
        boto3.client("redshift", endpoint_url=aws.endpoint, region_name=aws.context.region)

One local AWS runs at a time in a process: moto keeps its state in module globals.
"""

import functools
import gc
import importlib
import logging
import os
import threading
from collections.abc import Callable, Iterable
from types import ModuleType, TracebackType
from typing import Any, Self, cast

from flask import Flask
from moto.backend_index import backend_url_patterns
from moto.backends import SERVICE_NAMES, list_of_moto_modules
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local import cloudtrail, lambda_
from local.api_models.gate import install_validation
from local.clock import Clock
from local.context import Context
from local.errors import NOT_IMPLEMENTED, answer_errors, json_error
from local.faults.http import FaultsEndpoint
from local.faults.services import install_faults
from local.http_server import DropConnection, Environ, HttpServer
from local.iam.gate import install_gate, install_signature_check
from local.iam.signature import sign_presigned
from local.localhost_only import LocalhostOnly

DEFAULT_ACCOUNT = "123456789012"
"""The account that moto takes any credentials for."""

PARTS = (
    "local.moto_patches",
    "local.cloudformation",
    "local.lambda_",
    "local.redshift",
    "local.cloudwatch",
    "local.stepfunctions",
    "local.scheduler",
    "local.eventbridge",
    "local.cloudtrail",
)
"""What makes up local AWS besides moto; each module has ``install(context)`` and may have ``close()``."""

COLLECTION_THRESHOLDS = (100_000, 50, 1000)
"""Of Python's cyclic garbage collector: what local AWS holds lives as long as it does, and looking through it
again and again was a fifth of its time."""

LOG = logging.getLogger("local")
_running = threading.Lock()


class LocalAws:
    """A running local AWS; a context manager.

    Args:
        clock: The time that all parts share; it stays the caller's to close.
        port: Where to listen on localhost; 0 picks a free port.
        region: The Region of schedules and Lambda functions.
        account: The account number of all credentials.
        seed: Makes everything that is random repeatable.

    Attributes:
        endpoint: ``http://localhost:PORT``, once entered.
        context: What the parts share, once entered.
    """

    context: Context
    endpoint: str

    def __init__(
        self,
        clock: Clock,
        port: int = 0,
        *,
        region: str = "eu-central-1",
        account: str = DEFAULT_ACCOUNT,
        seed: int = 0,
    ) -> None:
        self._clock = clock
        self._port = port
        self._region = region
        self._account = account
        self._seed = seed
        self._parts: list[ModuleType] = []
        self._server: HttpServer | None = None
        self._holds_process = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Listen, forget what an earlier local AWS held, install the parts, answer.

        Raises:
            PortInUseError: Another program listens on the port.
            RuntimeError: Another local AWS runs in this process.
        """
        if not _running.acquire(blocking=False):
            raise RuntimeError("another local AWS runs in this process: close it first")
        self._holds_process = True
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        gc.set_threshold(*COLLECTION_THRESHOLDS)
        self._server = HttpServer(self._port, lambda: self._clock.now().timestamp())
        self.endpoint = f"http://localhost:{self._server.port}"
        self.context = Context(self._clock, self._account, self._region, self.endpoint, self._seed)
        os.environ["MOTO_ACCOUNT_ID"] = self._account  # moto asks for it at each request
        os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # thousands, and nobody here starts an instance
        mock_random.seed(self._seed)
        BackendDict.reset()
        reset_model_data()
        for name in PARTS:
            part = importlib.import_module(name)
            part.install(self.context)
            self._parts.append(part)
        services = FaultsEndpoint(self.context, Dispatcher(functools.partial(_service_app, self.context)))
        self._server.application = LocalhostOnly(lambda_.serving_urls(self.context, services))
        self._server.start()

    def close(self) -> None:
        """Stop answering and end everything that was started; a second call does nothing."""
        while self._parts:
            getattr(self._parts.pop(), "close", lambda: None)()
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._holds_process:
            self._holds_process = False
            for name in ("MOTO_ACCOUNT_ID", "MOTO_EC2_LOAD_DEFAULT_AMIS"):
                os.environ.pop(name, None)
            _running.release()


class Dispatcher(DomainDispatcherApplication):
    """Finds the service of a request as moto does; an unknown one is an AWS-shaped error."""

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Have the right service answer one request."""
        application: Any
        sign_presigned(environ)
        try:
            application = self.get_application(environ)
        except UnservedServiceError as error:
            application = json_error(NOT_IMPLEMENTED, "NotImplemented", str(error))
        except Exception as error:
            LOG.exception("no service found for %s", environ.get("PATH_INFO"))
            application = json_error(500, "InternalFailure", f"local AWS cannot route this: {error}")
        answer = cloudtrail.answer_and_record(application, environ, start_response)
        if lambda_.on_aws_call(_access_key(environ)):
            raise DropConnection
        return answer

    def get_backend_for_host(self, host: str | None) -> Any:
        """The service behind a host name; unlike moto's, an error when there is none."""
        return None if host is None else _service_behind(host)


class UnservedServiceError(Exception):
    """A request for a service that neither moto nor we serve; the message is a sentence for the user."""


@functools.cache
def _service_behind(host: str) -> str:
    if host == "moto_api" or host in list_of_moto_modules():
        return host
    for service, pattern in backend_url_patterns:
        if pattern.match(f"http://{host}"):
            return str(service)
    raise UnservedServiceError(f"local AWS does not serve {host.partition('.')[0]}")


def _access_key(environ: Environ) -> str:
    """Who signed a request (Signature Version 4's ``Credential``), or an empty string."""
    signed = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2]
    return str(signed.partition("/")[0])


def _service_app(context: Context, service: str) -> Flask:
    app = create_backend_app(cast("SERVICE_NAMES", service))
    answer_errors(app, service)
    install_validation(app, service)
    install_gate(app, service, context)
    install_faults(app, service, context)
    if service == "sts":
        install_signature_check(app, context)
    return app
