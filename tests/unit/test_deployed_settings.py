"""The codec between frozen dataclasses and the JSON that a state machine carries."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # the codec reads the types of fields at run time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from steward.domain.calendar import Window
from steward.domain.deployed_settings import Key, parse_settings, write_settings
from steward.domain.errors import BadSettings
from steward.domain.selection import Selector


class Color(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    count: int


@dataclass(frozen=True)
class Everything:
    """One field of each kind that a section may have."""

    SECTION: ClassVar = "everything"

    zone: ZoneInfo
    wait: timedelta
    moment: datetime
    color: Color
    share: float
    flag: bool
    names: tuple[str, ...]
    inner: tuple[Inner, ...]
    by_name: Mapping[str, Inner]
    select: Selector
    window: Window | None
    other: Annotated[Inner | None, Key("from")]


NOON = datetime(2026, 12, 1, 12)  # noqa: DTZ001  # wall-clock time, as a blackout has it
VALUE = Everything(
    ZoneInfo("Europe/Berlin"),
    timedelta(hours=1),
    NOON,
    Color.RED,
    20.0,
    flag=True,
    names=("a", "b"),
    inner=(Inner(1),),
    by_name={"x": Inner(2)},
    select=Selector({"team": ("bi",)}, ("a-*",)),
    window=Window.from_dict({"opens": "22:00", "closes": "24:00", "days": ["SUN", "MON"]}),
    other=None,
)
DOCUMENT: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "wait_seconds": 3600,
    "moment": "2026-12-01T12:00",
    "color": "red",
    "share": 20,
    "flag": True,
    "names": ["a", "b"],
    "inner": [{"count": 1}],
    "by_name": {"x": {"count": 2}},
    "select": {"tags": {"team": ["bi"]}, "identifiers": ["a-*"]},
    "window": {"opens": "22:00", "closes": "24:00", "days": ["MON", "SUN"]},
    "from": None,
}


def test_every_kind_of_value_is_written_and_read_back() -> None:
    assert write_settings(VALUE) == DOCUMENT
    assert parse_settings(Everything, DOCUMENT) == VALUE
    assert {type(value) for value in write_settings(VALUE).values()} <= {
        str,
        int,
        bool,
        list,
        dict,
        type(None),
    }


def test_only_what_may_be_none_may_be_missing() -> None:
    for key in DOCUMENT:
        document = {name: value for name, value in DOCUMENT.items() if name != key}
        if key in {"window", "from"}:
            parse_settings(Everything, document)
        else:
            with pytest.raises(BadSettings, match=rf"wrong at everything\.{key}: it is missing"):
                parse_settings(Everything, document)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"wait_seconds": "1h"}, "everything.wait_seconds: '1h' has the wrong type"),
        ({"wait_seconds": True}, "everything.wait_seconds: True has the wrong type"),
        ({"flag": 1}, "everything.flag: 1 has the wrong type"),
        ({"share": "20%"}, "everything.share: '20%' has the wrong type"),
        ({"names": "ab"}, "everything.names: 'ab' has the wrong type"),
        ({"inner": [{"count": 1}, 7]}, "everything.inner[1]: 7 is no mapping"),
        ({"inner": [{"count": None}]}, "everything.inner[0].count: None has the wrong type"),
        ({"by_name": {"x": {}}}, "everything.by_name.x.count: it is missing"),
        ({"color": "blue"}, "everything.color: 'blue' is not a valid Color"),
        ({"zone": "Europe/Atlantis"}, "everything.zone: 'No time zone found with key Europe/Atlantis'"),
        ({"moment": "noon"}, "everything.moment: Invalid isoformat string: 'noon'"),
        ({"window": {"opens": "22:00"}}, "everything.window: 'closes'"),
    ],
)
def test_a_wrong_value_is_named_with_its_path(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSettings) as refused:
        parse_settings(Everything, DOCUMENT | changes)
    assert str(refused.value) == f"the deployed policy is incomplete or wrong at {says}"
