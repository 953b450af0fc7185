"""The answers to what was played, kept in a file: what it has is not played again."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from tests.matrix.games import LONGEST
from tests.matrix.player import Player, Request, StuckError
from tests.support.console import say

if TYPE_CHECKING:
    from pathlib import Path

WORKERS = 2
LONGEST_PLAY = 2 * LONGEST + 120
"""Real seconds: two runs, and the deployment before the first one."""

EACH = 20
"""A line of progress after so many answers."""


class Results:
    """The answers, by request.

    Args:
        file: One line for each; it is made with its folder.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._answers: dict[str, dict[str, Any]] = {}
        self._players: SimpleQueue[Player] = SimpleQueue()
        self._every = [Player(LONGEST_PLAY) for _ in range(WORKERS)]
        self._ended = False

    def __enter__(self) -> Self:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if self._file.exists():
            lines = map(json.loads, self._file.read_text(encoding="utf-8").splitlines())
            self._answers = {_key(line["request"]): line["answer"] for line in lines}
            say(f"{len(self._answers)} answers are kept in {self._file}; delete it to begin anew")
        for player in self._every:
            self._players.put(player)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        for player in self._every:
            player.close()

    def of(self, requests: list[Request]) -> list[dict[str, Any]]:
        """The answers to the requests, in their order; what has none yet is played."""
        open_ones = [each for each in requests if _key(each) not in self._answers]
        began = monotonic()
        pool = ThreadPoolExecutor(WORKERS)
        try:
            for count, _ in enumerate(pool.map(self._play, open_ones), 1):
                if count % EACH == 0 or count == len(open_ones):
                    left = (monotonic() - began) / count * (len(open_ones) - count)
                    say(f"{count} of {len(open_ones)} played, about {left / 60:.0f} min left")
        except BaseException:
            self.__exit__()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        return [self._answers[_key(each)] for each in requests]

    def _play(self, request: Request) -> None:
        player = self._players.get()
        try:
            answer = player.ask(request)
        except StuckError as error:
            answer = {"struck": True, "broken": [f"14: {error}"], "seconds": LONGEST_PLAY, "cpu": 0}
        finally:
            self._players.put(player)
        if not self._ended:
            self._keep(request, answer)

    def _keep(self, request: Request, answer: dict[str, Any]) -> None:
        with self._lock:
            self._answers[_key(request)] = answer
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"request": request, "answer": answer}) + "\n")
        if answer.get("broken"):
            say(f"{' / '.join(request.values())}: {'; '.join(answer['broken'])}")

    def times(self) -> str:
        """How long plays took, in a sentence."""
        plays = [(answer["seconds"], key) for key, answer in self._answers.items() if "struck" in answer]
        if not plays:
            return "nothing was played"
        worst, which = max(plays)
        total = sum(seconds for seconds, _ in plays)
        return (
            f"{len(plays)} plays, {total / len(plays):.1f} s each, {worst:.1f} s the longest ({which}); "
            f"{total / WORKERS / 60:.0f} min with {WORKERS} processes"
        )


def _key(request: Request) -> str:
    return json.dumps(request, sort_keys=True)
