"""The `steward` command itself: what all its commands have in common."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from cli.errors import translated
from cli.exit_codes import Exit, help_text
from cli.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable


ORDER = (
    *("status", "history"),
    *("plan", "run", "watch", "runs", "report"),
    *("requests", "request", "approve", "reject", "cancel"),
    *("policy", "doctor"),
    *("demo", "local"),
)
"""The commands as the help lists them, a line for each group."""


class StewardCommands(TyperGroup):
    """The commands; whatever goes wrong in one is a sentence on stderr and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands' names in their order."""
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def main(self, *arguments: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run one command line, as typer does, and end the process."""
        run: Callable[..., Any] = super().main
        if not standalone_mode:
            return run(*arguments, standalone_mode=False, **extra)
        try:
            code = run(*arguments, standalone_mode=False, **extra)
        except typer.Abort:
            sys.exit(_say("\nnothing was done", Exit.ATTENTION))
        except TyperException as error:
            sys.exit(_say(_usage(error), Exit(error.exit_code)))
        except Exception as error:
            trouble = translated(error)
            if trouble is None:
                raise
            sys.exit(_say(str(trouble), trouble.code))
        sys.exit(code if isinstance(code, int) else Exit.OK)


def _usage(error: TyperException) -> str:
    """What is wrong with the command line, and where its help is."""
    # pydantic, with which typer reads values, begins its own so
    sentence = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{sentence} (see {context.command_path} --help)" if context else sentence


def _say(sentences: str, code: Exit) -> Exit:
    """Several sentences only where a policy has several mistakes: one a line."""
    for sentence in sentences.splitlines():
        sys.stderr.write(clean(sentence) + "\n")
    return code


app = typer.Typer(
    cls=StewardCommands,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog=help_text(),
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer hands over the flag
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  # only this option needs it

        typer.echo(f"steward {version('redshift-steward')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def steward(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Keeps a fleet of Amazon Redshift clusters in order: keys, IAM roles, deletions without loss.

    Speaks to the stack RedshiftSteward-<environment> in your account and Region;
    credentials and AWS_ENDPOINT_URL are those of every AWS tool.
    """
    del version
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
