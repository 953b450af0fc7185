"""The command itself: help, completion, colours, and what a shell sees of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

from cli.__main__ import app
from cli.app import ORDER
from cli.exit_codes import MEANINGS, ExitCode
from cli.runs.run_progress import ClusterProgress
from cli.runs.time_left import remaining_seconds
from cli.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.stage import Stage

REPOSITORY = Path(__file__).parents[2]
STEWARD = Path(sys.executable).with_name("steward")
REFERENCE = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 21, 21, tzinfo=UTC)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it."""
    root: Any = typer.main.get_command(app)
    for name, command in root.commands.items():
        inner = getattr(command, "commands", {})
        yield from ((f"{name} {each}", found) for each, found in inner.items())
        if not inner:
            yield name, command


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed console script, with nothing of this shell's AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [STEWARD, *arguments], env=kept | environment, capture_output=True, text=True, check=False
    )


def test_the_console_script_calls_aws_and_keeps_stdout_for_the_result(stage: Stage) -> None:
    reached = {
        "AWS_ENDPOINT_URL": stage.aws.endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    listed = program("runs", "--json", "--region", "eu-central-1", **reached)
    unplaced = program("runs", "--json", AWS_CONFIG_FILE="/nowhere", **reached)

    assert (listed.returncode, listed.stderr) == (0, "")
    assert listed.stdout.startswith('{\n  "environment": "production"')
    assert (unplaced.returncode, unplaced.stdout) == (2, "")
    assert unplaced.stderr == "No Region set; pass --region or set AWS_REGION\n"


def test_help_loads_neither_boto3_nor_the_infrastructure() -> None:
    heavy = {"boto3", "botocore", "aws_cdk", "pydantic_settings", "moto", "local", "infra", "jinja2", "yaml"}
    shown = f"import sys, cli.__main__; print(*sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", shown], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert done.stdout == "\n"


def test_the_help_lists_every_command_and_every_exit_code(run: Callable[..., Any]) -> None:
    bare, asked = run(), run("--help")

    assert bare.code == asked.code == 0
    assert bare.out.strip() == asked.out.strip()
    assert all(f" {name} " in asked.out for name in ORDER)
    assert all(meaning in " ".join(asked.out.split()) for meaning in MEANINGS.values())
    assert run("--version").out.startswith("steward 0.")


def test_shells_complete_commands_and_workflows(run: Callable[..., Any]) -> None:
    def complete(words: str, count: int) -> str:
        asked = {"_STEWARD_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(count)}
        return str(run(**asked).out)

    assert complete("steward re", 1).split() == ["retry", "report", "requests", "request", "reject"]
    assert complete("steward plan ", 2).split() == ["rotate-keys", "sync-roles", "deprovision"]


def test_colors_are_for_terminals(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text((REPOSITORY / "fleet.yaml").read_text())
    check = ("policy", "check", str(tmp_path / "fleet.yaml"), "--offline")

    assert "\x1b[" not in run(*check).out
    assert "\x1b[32m" in run(*check, FORCE_COLOR="1").out
    assert "\x1b[32m" not in run(*check, FORCE_COLOR="1", NO_COLOR="1").out


def test_untrusted_text_cannot_move_the_cursor_or_hide_anything() -> None:
    assert clean("a\x1b[2J\r\nb\x9b31m\u202ec\u200b\ud800") == r"a\x1b[2J\r\nb\x9b31m\u202ec\u200b\ud800"
    assert clean("Größe [bold] 表") == "Größe [bold] 表"


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_the_reference_has_every_command_with_every_option(name: str, command: Any) -> None:
    found = re.search(rf"\n### `steward {name}[` ].*?(?=\n#|\Z)", REFERENCE, re.DOTALL)
    section = found[0] if found else ""
    common = REFERENCE.partition("\n## Options of every command")[2].partition("\n#")[0]
    options = {option for each in command.params for option in each.opts if option.startswith("--")}

    assert section, f"docs/cli.md has no section about steward {name}"
    assert {option for option in options if f"`{option}" not in section + common} == set()


def test_the_reference_has_every_exit_code() -> None:
    assert all(f"| {code.value} | {meaning} |" in REFERENCE for code, meaning in MEANINGS.items())
    assert MEANINGS.keys() == set(ExitCode)


def waiting(name: str, wave: str = "main") -> ClusterProgress:
    return ClusterProgress(name, "queued", None, "", "", wave=wave)


def running(name: str, seconds_ago: float) -> ClusterProgress:
    return ClusterProgress(name, "rotating", NOW - timedelta(seconds=seconds_ago), "", "", wave="main")


@pytest.mark.parametrize(
    ("rows", "past", "left"),
    [
        ([], {}, 0.0),
        ([waiting("a")], {}, None),
        ([waiting("a"), waiting("b")], {"a": 100, "b": 60}, 100.0),
        ([waiting("a"), waiting("b"), waiting("c")], {"a": 100, "b": 60, "c": 50}, 110.0),
        ([waiting("a", "canary"), waiting("b")], {"a": 100, "b": 60}, 160.0),
        ([running("a", 70), waiting("b")], {"a": 100}, 100.0),
        ([running("a", 700)], {"a": 100}, 0.0),
        (
            [ClusterProgress("a", "", NOW - timedelta(seconds=40), "rotated", "", NOW, "main"), waiting("b")],
            {},
            40.0,
        ),
        ([ClusterProgress("a", "", None, "skipped", "")], {}, 0.0),
    ],
)
def test_the_remaining_time_is_estimated_from_past_durations(
    rows: list[ClusterProgress], past: dict[str, float], left: float | None
) -> None:
    assert remaining_seconds(rows, past, NOW, concurrency=2) == left
