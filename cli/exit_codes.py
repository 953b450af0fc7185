"""The exit codes of every command, in one place."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a shell script can tell from `steward`'s exit status."""

    OK = 0
    ATTENTION = 1
    """A run failed or was refused, doctor found a fault, or nobody confirmed: there is something to do."""
    USAGE = 2
    """The command line, or the policy file, is wrong; nothing was done."""
    NOT_FOUND = 3
    """No such stack, workflow, cluster, run or request."""
    AWS = 4
    """AWS said no, or could not be reached: credentials, permissions, throttling, network."""
    INTERRUPTED = 130
    """Ctrl-C; runs go on."""


MEANINGS = {
    Exit.OK: "it worked, and all is well",
    Exit.ATTENTION: "a run failed or was refused, doctor found a fault, or nobody confirmed",
    Exit.USAGE: "the command line or the policy file is wrong; nothing was done",
    Exit.NOT_FOUND: "there is no such stack, workflow, cluster, run or request",
    Exit.AWS: "AWS said no or could not be reached",
    Exit.INTERRUPTED: "Ctrl-C; runs that were started go on",
}
"""Each code in words, for the help and the reference."""


def help_text() -> str:
    """The codes as the help shows them."""
    return "Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + "."
