"""What a cold start loads: less is faster, and that is held by name, not by milliseconds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEWARD = ROOT / "functions" / "steward"
DOMAIN = sorted(
    ".".join(path.relative_to(STEWARD.parent).with_suffix("").parts)
    for path in (STEWARD / "domain").rglob("[!_]*.py")
)
HANDLERS = sorted(
    ".".join(path.relative_to(STEWARD.parent).with_suffix("").parts)
    for path in (STEWARD / "handlers").rglob("[!_]*.py")
)
PROGRAM = (
    "import json, sys; [__import__(name) for name in sys.argv[1:]]; print(json.dumps(sorted(sys.modules)))"
)


def loaded_by(*modules: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after importing these."""
    command = [sys.executable, "-c", PROGRAM, *modules]
    done = subprocess.run(command, cwd=ROOT / "functions", capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_the_domain_loads_nothing_of_aws_and_no_validator() -> None:
    loaded = loaded_by(*DOMAIN)
    assert set(DOMAIN) <= loaded
    assert not loaded & {"boto3", "botocore", "pydantic", "aws_lambda_powertools", "yaml", "moto"}


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_loads_no_tracer_no_validator_and_nothing_of_the_infrastructure(handler: str) -> None:
    loaded = loaded_by(handler)
    assert handler in loaded
    assert not loaded & {"aws_xray_sdk", "pydantic", "infra", "local", "cli", "aws_cdk", "yaml", "moto"}


@pytest.mark.parametrize("handler", HANDLERS)
def test_only_who_draws_a_page_loads_the_template_engine(handler: str) -> None:
    draws = handler.rpartition(".")[2] in {"report", "report_stopped", "sweep"}
    assert ("jinja2" in loaded_by(handler)) == draws


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_loads_no_type_stubs(handler: str) -> None:
    assert not [module for module in loaded_by(handler) if module.startswith("mypy_boto3")]


@pytest.mark.parametrize("handler", HANDLERS)
def test_only_the_function_behind_a_url_loads_an_http_resolver(handler: str) -> None:
    resolver = "aws_lambda_powertools.event_handler"
    assert (resolver in loaded_by(handler)) == (handler == "steward.handlers.approvals.api")
