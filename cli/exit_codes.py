"""The exit codes of every command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a shell script can tell from the exit status; `MEANINGS` has the words for people."""

    OK = 0
    ATTENTION = 1
    USAGE = 2
    NOT_FOUND = 3
    AWS = 4
    INTERRUPTED = 130


MEANINGS = {
    ExitCode.OK: "success",
    ExitCode.ATTENTION: "a run failed or was refused, doctor found a failure, or a prompt was not confirmed",
    ExitCode.USAGE: "invalid command line or policy file; nothing was changed",
    ExitCode.NOT_FOUND: "no such stack, workflow, cluster, run or request",
    ExitCode.AWS: "AWS returned an error or could not be reached",
    ExitCode.INTERRUPTED: "Ctrl-C; runs already started continue",
}
"""Each code in words, for ``--help`` and docs/cli.md."""


def exit_codes_help() -> str:
    """The epilog of ``steward --help``."""
    return "Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + "."
