"""The `steward` command: its options, and how errors leave it."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from cli.errors import to_cli_error
from cli.exit_codes import ExitCode, exit_codes_help
from cli.text import clean

ORDER = (
    *("status", "history"),
    *("plan", "run", "watch", "stop", "retry", "runs", "report"),
    *("requests", "request", "approve", "reject", "cancel"),
    *("policy", "doctor", "accept"),
    *("demo", "local"),
)
"""The commands in the order of the help, one line per panel."""


class StewardCommands(TyperGroup):
    """The commands; an error in one becomes a sentence on stderr and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def main(self, *arguments: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Typer's entry point, with `cli.errors` in place of its own error output."""
        run: Any = super().main
        if not standalone_mode:
            return run(*arguments, standalone_mode=False, **extra)
        try:
            code = run(*arguments, standalone_mode=False, **extra)
        except typer.Abort:
            sys.exit(_print_error("\nNothing was changed.", ExitCode.ATTENTION))
        except TyperException as error:
            sys.exit(_print_error(_usage_sentence(error), ExitCode(error.exit_code)))
        except Exception as error:
            cli_error = to_cli_error(error)
            if cli_error is None:
                raise
            sys.exit(_print_error(str(cli_error), cli_error.code))
        sys.exit(code if isinstance(code, int) else ExitCode.OK)


def _usage_sentence(error: TyperException) -> str:
    """The usage error, and which ``--help`` to read."""
    # pydantic, with which typer parses values, prefixes its messages
    sentence = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{sentence} (see {context.command_path} --help)" if context else sentence


def _print_error(sentences: str, code: ExitCode) -> ExitCode:
    """One line each; only a policy has several mistakes at once."""
    for sentence in sentences.splitlines():
        sys.stderr.write(clean(sentence) + "\n")
    return code


app = typer.Typer(
    cls=StewardCommands,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog=exit_codes_help(),
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:  # noqa: FBT001  # typer passes the flag
    if asked:
        from importlib.metadata import version  # noqa: PLC0415  # only this option needs it

        typer.echo(f"steward {version('redshift-steward')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def steward(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Manages a fleet of Amazon Redshift clusters: key rotation, IAM roles, decommissioning.

    Uses the stack RedshiftSteward-<environment> in your account and Region, with the credentials and
    AWS_ENDPOINT_URL of every AWS tool.
    """
    del version
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
