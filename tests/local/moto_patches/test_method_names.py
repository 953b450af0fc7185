"""The methods of a response class: asked for at each request, collected once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.core import responses
from moto.sts.responses import TokenResponse

from local.moto_patches import method_names

if TYPE_CHECKING:
    import pytest


def test_the_names_are_motos_and_are_collected_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def collect(kind: object) -> list[str]:
        asked.append(kind)
        return in_moto(kind)

    in_moto = method_names.IN_MOTO
    monkeypatch.setattr(method_names, "IN_MOTO", collect)
    monkeypatch.setattr(responses, "method_names_from_class", in_moto)
    method_names.install()

    found = [responses.method_names_from_class(TokenResponse) for _ in range(3)]

    assert found == [in_moto(TokenResponse)] * 3
    assert "assume_role" in found[0]
    assert asked == [TokenResponse]
