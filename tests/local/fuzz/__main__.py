"""``python -m tests.local.fuzz --calls 20000``: many generated calls; fails if an answer was a 500."""

import argparse
import logging
import sys

from tests.local.fuzz.calls import run
from tests.support.console import say


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    fuzz = run(given.calls, given.seed)
    say(", ".join(f"{count} answers {status}" for status, count in sorted(fuzz.statuses.items())))
    say(f"{len(fuzz.answered)} operations answered at least once with success")
    for name, answer in sorted(fuzz.failures.items()):
        say(f"{name}\n  {answer}")
    return 1 if fuzz.failures else 0


if __name__ == "__main__":
    sys.exit(main())
