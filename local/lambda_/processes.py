"""Worker processes of one zip, forked from one process: `bootstrap` is what runs in it and in them."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")


class WorkerProcess:
    """A forked process; as much of `subprocess.Popen` as a worker needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None
        self._ended = threading.Event()

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        return self._status

    def wait(self) -> int:
        """How it ended, once it has."""
        self._ended.wait()
        assert self._status is not None  # noqa: S101 - it is set before the event
        return self._status

    def kill(self) -> None:
        """End it as the kernel would, unless it has ended."""
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def end(self, status: int) -> None:
        """Note how it ended; negative for a signal."""
        self._status = status
        self._ended.set()


class Template:
    """The process that a zip's workers are forked from.

    Args:
        folder: The unpacked zip, where they run.
        variables: Its environment; the workers have their own.
    """

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._forked: queue.SimpleQueue[WorkerProcess | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - the interpreter that runs us, no shell
            [sys.executable, "-I", "-S", str(BOOTSTRAP)],
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, name="lambda processes", daemon=True)
        self._listener.start()

    @property
    def alive(self) -> bool:
        """Whether it can be forked from; a handler, or the kernel for want of memory, may have ended it."""
        return self._process.poll() is None

    def fork(
        self, handler: str, variables: Mapping[str, str], log: Path, timeout: float, moment: float
    ) -> WorkerProcess:
        """A new worker process.

        Args:
            handler: ``module.function``.
            variables: Its whole environment.
            log: A file that takes its output.
            timeout: Seconds that the function may take.
            moment: The virtual one, in Unix seconds.

        Raises:
            RuntimeError: The template is gone.
        """
        environment = dict(variables)
        order: dict[str, object] = {"handler": handler, "environment": environment, "log": str(log)}
        order |= {"timeout": timeout, "moment": moment}
        with self._lock:
            assert self._process.stdin is not None  # noqa: S101 - a pipe
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            worker = self._forked.get()
        if worker is None:
            raise RuntimeError(f"the template of the Lambda workers ended with {self._process.wait()}")
        return worker

    def close(self) -> None:
        """Fork no more; the process ends with its last worker."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def join(self) -> None:
        """Wait until the process has ended."""
        self._listener.join(timeout=5)

    def _listen(self) -> None:
        running: dict[int, WorkerProcess] = {}
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        with self._process.stdout as lines:
            for report in map(json.loads, lines):
                if "started" in report:
                    worker = running[report["started"]] = WorkerProcess(report["started"])
                    self._forked.put(worker)
                else:
                    running.pop(report["ended"]).end(report["status"])
        self._process.wait()
        self._forked.put(None)
        for lost in running.values():
            lost.end(-signal.SIGKILL)
