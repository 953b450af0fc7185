"""All deployed functions' workers: which one runs what, with which environment, and which dies on request."""

import contextlib
import os
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

from local.callers import APP_ID_VARIABLE, app_id
from local.clock import Clock
from local.http_server import DropConnection
from local.lambda_.model import Doomed, Function, Kill, Outcome
from local.lambda_.pool import Pool
from local.lambda_.processes import Template
from local.lambda_.runtime import Folders, environment
from local.lambda_.worker import Invocation, Worker

CEILING = max(2, min(4, os.cpu_count() or 1))
"""Most workers of one function; callers beyond wait for one of them. More than processors would only cost
starting them: virtual time stands still while they work."""


class Workers:
    """All functions' workers; `close` ends every process.

    Args:
        credentials: Makes the credentials for a function's role: variables for the worker's environment.
        endpoint: Where the workers' AWS calls go.
        random: Makes request ids and log stream names.
        clock: On which callers count as busy.
        ceiling: Most workers of one function.

    Attributes:
        kills: Scripted deaths, the earlier ones first.
    """

    def __init__(
        self,
        credentials: Callable[[Function], Mapping[str, str]],
        endpoint: str,
        random: Random,
        clock: Clock,
        ceiling: int = CEILING,
    ) -> None:
        self._credentials = credentials
        self._endpoint = endpoint
        self._random = random
        self._ceiling = ceiling
        self._clock = clock
        self._folders = Folders()
        self._pools: dict[str, Pool] = {}
        self._templates: dict[str, Template] = {}
        self._lock = threading.Lock()
        self._closed = False
        self.kills: list[Kill] = []
        self._doomed: dict[str, Doomed] = {}

    def run(self, function: Function, archive: bytes, payload: bytes, moment: float) -> Outcome:
        """Have ``function`` handle one event; never raises for what the handler does.

        ``moment`` is the virtual one, in Unix seconds.
        """
        with self.pool(function, archive).worker() as worker, self._with_fault(function, worker):
            cold = not worker.uses
            invocation = Invocation(self.unique_id(), function.arn, payload, function.timeout, moment)
            worker.run(invocation)
            return Outcome(
                invocation.request_id,
                invocation.answer,
                invocation.error_type,
                worker.output(),
                worker.log_stream,
                invocation.seconds,
                worker.init_seconds if cold else None,
                worker.peak_mb,
            )

    def pool(self, function: Function, archive: bytes) -> Pool:
        """The pool for this very state of a function; one for an earlier state is retired.

        Raises:
            DropConnection: Local AWS has closed, and starts no process any more.
        """
        self._folders.unpack(function.code_hash, archive)
        with self._lock:
            if self._closed:
                raise DropConnection
            pool = self._pools.get(function.arn)
            if pool is not None and pool.function == function:
                return pool
            fresh = self._pools[function.arn] = Pool(function, self._start, self._ceiling, self._clock)
        if pool is not None:
            pool.retire()
        self._close_templates()
        return fresh

    def forget(self, arn: str) -> None:
        """End the workers of a deleted function."""
        with self._lock:
            pool = self._pools.pop(arn, None)
        if pool is not None:
            pool.retire()
        self._close_templates()

    def packages(self) -> list[Path]:
        """The folders of unpacked code that functions have been run from so far."""
        return self._folders.archives()

    def on_aws_call(self, access_key: str) -> bool:
        """Count an AWS call of a worker after it was carried out; True when it is the worker's last one."""
        doomed = self._doomed.get(access_key)
        if doomed is None or doomed.at != "during":
            return False
        doomed.calls_left -= 1
        if doomed.calls_left:
            return False
        doomed.worker.kill()
        return True

    def unique_id(self) -> str:
        """A new identifier in UUID form."""
        with self._lock:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def close(self) -> None:
        """End every process and remove every file."""
        with self._lock:
            self._closed = True
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.kill()
        for template in self._close_templates():
            template.join()
        self._folders.close()

    @contextlib.contextmanager
    def _with_fault(self, function: Function, worker: Worker) -> Iterator[None]:
        with self._lock:
            kill = next((kill for kill in self.kills if kill.strikes(function.name)), None)
        if kill is None:
            yield
            return
        worker.drop_result = kill.at == "after"
        if kill.at == "before":
            worker.kill()
        self._doomed[worker.access_key] = Doomed(worker, kill.at, kill.calls)
        try:
            yield
        finally:
            del self._doomed[worker.access_key]

    def _start(self, function: Function) -> Worker:
        identity = self.unique_id().replace("-", "")
        standard = {
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_LOG_FORMAT": function.log_format,
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_REGION": function.region,
            "_HANDLER": function.handler,
            **self._places(function),
            **self._credentials(function),
        }
        standard[APP_ID_VARIABLE] = app_id(identity)
        variables = environment(standard, dict(function.variables))
        log = self._folders.root / f"{identity}.log"
        template = self._template(function)
        return Worker(
            template, function.handler, variables, function.memory_size, log, function.timeout, self._clock
        )

    def _template(self, function: Function) -> Template:
        """What the workers of all functions with this code are forked from."""
        with self._lock:
            known = self._templates.get(function.code_hash)
            if known is not None and known.alive:
                return known
            if known is not None:
                known.close()
            variables = environment(self._places(function), {})
            fresh = self._templates[function.code_hash] = Template(self._code(function), variables)
            return fresh

    def _close_templates(self) -> list[Template]:
        """Close the templates whose code no function uses."""
        with self._lock:
            used = {pool.function.code_hash for pool in self._pools.values()}
            closed = [self._templates.pop(each) for each in self._templates.keys() - used]
        for template in closed:
            template.close()
        return closed

    def _places(self, function: Function) -> dict[str, str]:
        """Lambda's variables that say where code and runtime are."""
        code, runtime = self._code(function), self._folders.runtime
        return {"LAMBDA_RUNTIME_DIR": str(runtime), "LAMBDA_TASK_ROOT": str(code)}

    def _code(self, function: Function) -> Path:
        return self._folders.unpack(function.code_hash, b"")
