"""Play the model's games: every single mishap, pairs, and more at random.

    python -m tests.model.run                      # at least 20,000 games
    python -m tests.model.run --pairs 1            # every pair of mishaps of the plain game, in hours
    python -m tests.model.run --replay '["plain", {"13": "lost"}]'

Two processes share the games. A broken promise is printed with the command that replays its game. Exit code 1
if there is one.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

from tests.model.games import Game, at_random, pairs, play, singles
from tests.model.invariants import broken_promises
from tests.support import environment  # noqa: F401  # sets it
from tests.support.console import say
from tests.support.promises import PROMISES

WORKERS = 2
AT_ONCE = 50
RANDOM_GAMES = 4_000
EACH_PAIR = 499
"""Of the pairs of the plain game each so many-th is played by default."""


def outcome_of(text: str) -> tuple[str, list[str]]:
    """The game and the promises that it broke; a game that crashes breaks promise 14."""
    try:
        return text, broken_promises(play(Game.parse(text)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other games go on
        return text, [f"14: {type(error).__name__}: {str(error)[-300:]}"]


def play_all(texts: list[str]) -> int:
    """Play them, print the table and what was broken; how many games broke a promise."""
    broken: dict[int, list[tuple[str, str]]] = defaultdict(list)
    with ProcessPoolExecutor(WORKERS) as pool:
        for text, sentences in pool.map(outcome_of, texts, chunksize=AT_ONCE):
            for sentence in sentences:
                number, _, why = sentence.partition(": ")
                broken[int(number)].append((text, why))
                say(f"{sentence}\n    python -m tests.model.run --replay '{text}'")
    for number, promise in PROMISES.items():
        say(f"{number:>3}  {len(broken[number]):>6} broken  {promise}")
    kinds = Counter(kind for text in texts for kind in Game.parse(text).mishaps.values())
    say(f"{len(texts)} games, {sum(kinds.values())} mishaps of {len(kinds)} kinds")
    return len({text for found in broken.values() for text, _ in found})


def replay(text: str) -> int:
    """One game, step by step."""
    played = play(Game.parse(text))
    say("\n".join(played.simulation.trace))
    say(f"{played.ended}: {played.outcome}: {played.record.get('reason', '')}")
    found = broken_promises(played)
    say("\n".join(found) or "every promise is kept")
    return len(found)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--replay", help="one game, as it was printed")
    parser.add_argument("--pairs", type=int, default=EACH_PAIR, help="play each so many-th pair")
    parser.add_argument("--random", type=int, default=RANDOM_GAMES, help="so many games with more mishaps")
    parser.add_argument("--seed", type=int, default=1, help="of the random games")
    arguments = parser.parse_args()
    if arguments.replay:
        return min(1, replay(arguments.replay))
    games = chain(singles(), pairs(arguments.pairs), at_random(arguments.random, arguments.seed))
    return min(1, play_all([game.text for game in games]))


if __name__ == "__main__":
    raise SystemExit(main())
