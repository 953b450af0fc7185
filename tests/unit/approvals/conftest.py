"""The approvals' API with fakes in place of AWS."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from steward.handlers import refusals
from steward.handlers.approvals import api
from tests.support.approvals_api import ApiClient


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> ApiClient:
    """A client of an API without requests."""
    client = ApiClient()
    monkeypatch.setattr(api, "build_tools", lambda _: client.tools)
    for module in (api, refusals):
        monkeypatch.setattr(module, "settings", lambda: SimpleNamespace(stack="RedshiftSteward-test"))
    return client
