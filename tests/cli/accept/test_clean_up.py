"""A run leaves nothing behind, however it ends, and touches nothing that is not its own."""

from __future__ import annotations

import json
import random
import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from cli.accept import pace
from cli.accept.journal import FILE
from tests.support.alike import alike
from tests.support.stage import REGION

if TYPE_CHECKING:
    from tests.cli.accept.conftest import Account

LENGTHS = (
    *("create_duration", "rotate_duration", "resize_duration", "pause_duration", "resume_duration"),
    *("snapshot_duration", "final_snapshot_duration", "delete_duration", "restore_duration"),
    *("restore_streaming", "role_duration", "describe_lag", "post_op_busy_tail"),
)
QUICK: dict[str, str] = dict.fromkeys(LENGTHS, "20 seconds")
CALLS = 700
"""A run of `QUICK` clusters makes more than that many."""

KILLS = sorted(random.Random(7).sample(range(1, CALLS), 20))  # noqa: S311  # chosen once, no secret
OURS = {"Key": "steward:accept", "Value": "0a1b2c3d"}


class Killed(BaseException):
    """A process that was killed: it neither catches this nor does anything more."""


class Kill:
    """Kills a run in its n-th call: before it is sent, or (every second one) with its answer lost."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        self._number = number
        self._made = 0
        self._real = BaseClient._make_api_call  # type: ignore[attr-defined]  # all calls go through it
        self._patched = monkeypatch
        monkeypatch.setattr(BaseClient, "_make_api_call", self._replacement())
        self._sleep = pace.sleep
        monkeypatch.setattr(pace, "sleep", self._wait)

    def _replacement(self) -> Any:
        def make_api_call(client: Any, operation: str, parameters: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                return self._real(client, operation, parameters)  # local AWS's own
            return self._call(client, operation, parameters)

        return make_api_call

    def revive(self) -> None:
        """Let the next process live."""
        self._patched.setattr(BaseClient, "_make_api_call", self._real)
        self._patched.setattr(pace, "sleep", self._sleep)

    def _call(self, client: Any, operation: str, parameters: Any) -> Any:
        self._made += 1
        if self._made < self._number:
            return self._real(client, operation, parameters)
        if self._made == self._number and self._number % 2:
            self._real(client, operation, parameters)
        raise Killed

    def _wait(self, seconds: float) -> None:
        if self._made >= self._number:
            raise Killed
        self._sleep(seconds)


@pytest.mark.parametrize(
    "number",
    [pytest.param(each, marks=[pytest.mark.long] * (place % 10 > 0)) for place, each in enumerate(KILLS)],
)
def test_after_a_kill_at_any_moment_clean_up_leaves_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    paused_delete = "reject" if number % 3 else "allow"
    account.behaves(QUICK | {"paused_delete": paused_delete})
    kill = Kill(monkeypatch, number)
    with pytest.raises(Killed):
        account.settle()
    kill.revive()

    result = account.accept("--clean-up")

    assert result.code == 0
    assert account.left() == []
    assert "left" in result.err.splitlines()[-1]


@pytest.mark.parametrize("number", alike([KILLS[5], KILLS[15]]))
def test_a_killed_run_is_cleaned_up_without_its_journal_except_for_what_only_that_could_tell(
    account: Account, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    account.behaves(QUICK | {"final_snapshot_tags": "copied"})
    kill = Kill(monkeypatch, number)
    with pytest.raises(Killed):
        account.settle()
    kill.revive()
    for journal in account.folder.glob(f"*/{FILE}"):
        journal.unlink()

    account.accept("--clean-up")

    assert [name for name in account.left() if "restored" not in name] == []


def test_ctrl_c_ends_a_run_with_everything_removed(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.behaves(QUICK)
    waits: list[float] = []

    def interrupt(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 60:
            raise KeyboardInterrupt
        account.stage.clock.advance(seconds)

    monkeypatch.setattr(pace, "sleep", interrupt)
    result = account.settle()

    assert result.code == 130
    assert account.left() == []
    assert account.report()["stopped"] == "it was interrupted"
    assert account.report()["facts"][0]["verdict"] == "confirmed"
    assert account.accept("--clean-up").err == "Nothing is left\n"


def test_clean_up_leaves_alone_what_no_run_has_made(account: Account) -> None:
    redshift, iam = account.stage.client("redshift"), account.stage.client("iam")
    given = {"NodeType": "ra3.large", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}
    account.behaves(QUICK)
    for name, tags in {
        "analytics": [OURS],
        "steward-accept-0a1b2c3d": [],
        "steward-accept-1111aaaa": [OURS],
        "steward-accept-0a1b2c3d-x1": [OURS],
    }.items():
        redshift.create_cluster(ClusterIdentifier=name, Tags=tags, **given)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName="steward-accept-0a1b2c3d-data", AssumeRolePolicyDocument=trust, Tags=[OURS])

    result = account.accept("--clean-up")

    assert (result.code, result.err) == (0, "Nothing is left\n")
    assert sorted(account.left()) == [
        "analytics",
        *("steward-accept-0a1b2c3d", "steward-accept-0a1b2c3d-x1", "steward-accept-1111aaaa"),
    ]
    iam.delete_role(RoleName="steward-accept-0a1b2c3d-data")


def test_a_journal_of_another_account_or_region_counts_for_nothing_here(account: Account) -> None:
    account.behaves(QUICK)
    name = "steward-accept-0a1b2c3d"
    given = {"NodeType": "ra3.large", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}
    account.stage.client("redshift").create_cluster(ClusterIdentifier=name, **given)
    for number, region in (("210987654321", REGION), (account.stage.aws.context.account, "eu-west-1")):
        lines = [{"run": "0a1b2c3d", "account": number, "region": region}, {"makes": "cluster", "name": name}]
        folder = account.folder / number
        folder.mkdir()
        (folder / FILE).write_text("\n".join(json.dumps(line) for line in lines))

    account.accept("--clean-up")

    assert account.left() == [name]
