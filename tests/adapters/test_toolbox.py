"""A step's tools are made from the types of its fields, wired to the stack's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cli.aws import open_account
from cli.options import Target
from steward import settings
from steward.adapters import clients, toolbox
from steward.adapters.clusters import ClusterPower, KeyRotation
from steward.domain.errors import BadSettings
from steward.steps.approvals.approvals_api import Tools as ApprovalsApiTools
from steward.steps.rotate_keys.plan import Tools as PlanTools
from steward.steps.rotate_keys.start import Tools as StartTools

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "LEDGER_TABLE": "ledger",
    "RUNS_BUCKET": "runs",
    "NOTICES_TOPIC": "arn:aws:sns:eu-central-1:123456789012:notices",
    "STACK": "RedshiftSteward-production",
}


@pytest.fixture(autouse=True)
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A function instance that has just begun, with the environment that the stack gives it."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield
    _forget()


def _forget() -> None:
    for made in (
        settings.settings,
        toolbox.build_tools,
        toolbox._dynamodb,
        clients.client,
        clients._session,
        clients.redshift_once,
    ):
        made.cache_clear()


def test_every_tool_is_made_and_wired_to_the_stacks_resources() -> None:
    tools = toolbox.build_tools(PlanTools)
    assert tools.documents.address("a") == "s3://runs/a"
    assert tools.rotations._table.name == "ledger"


def test_tools_and_clients_are_made_once_per_function_instance() -> None:
    assert toolbox.build_tools(StartTools) is toolbox.build_tools(StartTools)
    assert clients.client("redshift") is clients.client("redshift")


def test_the_function_that_starts_runs_is_told_of_which_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings, match="the environment variable DEPROVISION_MACHINE is missing"):
        toolbox.build_tools(ApprovalsApiTools)
    monkeypatch.setenv("DEPROVISION_MACHINE", "arn:aws:states:eu-central-1:123456789012:stateMachine:d")
    started = toolbox.build_tools(ApprovalsApiTools).deprovision_runs.execution("one")
    assert started == "arn:aws:states:eu-central-1:123456789012:execution:d:one"


def test_changes_without_a_token_go_through_the_client_that_sends_once() -> None:
    for kind in (KeyRotation, ClusterPower):
        client = toolbox.FACTORIES[kind]()._redshift
        assert client is clients.redshift_once()
        config: Any = client.meta.config
        assert config.retries["total_max_attempts"] == 1


def test_reading_goes_through_a_client_that_tries_again() -> None:
    reading: Any = clients.client("redshift").meta.config
    assert reading.retries["total_max_attempts"] > 3
    assert clients.client("redshift") is not clients.redshift_once()


@pytest.mark.parametrize("name", settings.VARIABLES)
@pytest.mark.parametrize("value", [None, ""])
def test_a_setting_that_is_missing_is_named(
    name: str, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=f"the environment variable {name} is missing"):
        settings.settings()


def test_sts_is_that_of_the_region_whatever_the_environment_prefers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
    assert clients.client("sts").meta.endpoint_url == "https://sts.eu-central-1.amazonaws.com"
    signer = open_account(Target(region="eu-central-1")).client("sts")
    assert signer.meta.endpoint_url == "https://sts.eu-central-1.amazonaws.com"
