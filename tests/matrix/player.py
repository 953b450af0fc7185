"""A process with a local AWS of its own that plays what it is asked to: one JSON document a line, in and out.

{"reference": "a due cluster", "workflow": "rotate-keys"}
{"workflow": "rotate-keys", "state": "Start", "fault": "slow", "game": "a due cluster"}
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic, process_time
from typing import TYPE_CHECKING, Any

from tests.matrix.cells import Cell, game_of, play
from tests.matrix.games import play_reference
from tests.support import environment  # noqa: F401  # sets it
from tests.support.console import say
from tests.support.stage import deployed_stage

if TYPE_CHECKING:
    from tests.support.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
Request = dict[str, str]


class StuckError(Exception):
    """What was asked for took longer than anything may take, or its process ended badly."""


class Player:
    """The process, seen from outside; begun when it is first asked, and again after it was stuck.

    Args:
        longest: Real seconds that an answer may take.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._process: subprocess.Popen[str] | None = None

    def ask(self, request: Request) -> dict[str, Any]:
        """The answer to a request.

        Raises:
            StuckError: There is none; the process is ended.
        """
        process = self._process = self._process or self._begin()
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(self._longest, process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                if line.startswith("{"):
                    return dict(json.loads(line))
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
        self.close()
        raise StuckError(f"no answer within {self._longest:.0f} s, or the process that plays it ended")

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _begin(self) -> subprocess.Popen[str]:
        path = f"{ROOT / 'functions'}{os.pathsep}{ROOT}"
        return subprocess.Popen(
            [sys.executable, "-m", "tests.matrix.player"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the one that asks
        )


def answer(stage: Stage, request: Request) -> dict[str, Any]:
    """What the process answers, with the seconds that it took: real ones, and its own CPU's."""
    began, cpu = monotonic(), process_time()
    try:
        found = _played(stage, request)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cells go on
        found = {"struck": True, "broken": [f"14: {type(error).__name__}: {str(error)[:300]}"]}
    return found | {"seconds": round(monotonic() - began, 1), "cpu": round(process_time() - cpu, 1)}


def _played(stage: Stage, request: Request) -> dict[str, Any]:
    if "reference" in request:
        return asdict(play_reference(stage, game_of(request["workflow"], request["reference"])))
    return asdict(play(stage, Cell(**request)))


def main() -> None:
    """Answer until there are no more requests."""
    with closing(deployed_stage()) as stages:
        stage = next(stages)
        for line in sys.stdin:
            say(json.dumps(answer(stage, json.loads(line))))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        main()
