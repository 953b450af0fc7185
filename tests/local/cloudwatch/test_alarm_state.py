"""The tables of the user guide, "Configuring how CloudWatch alarms treat missing data"."""

from __future__ import annotations

import pytest

from local.cloudwatch.alarm_state import AlarmRule, alarm_state

BEFORE = "as before"
LETTERS = {"-": None, "0": 0.0, "X": 1.0}


def state(row: str, to_alarm: int, missing: str) -> str:
    rule = AlarmRule("GreaterThanOrEqualToThreshold", 1, 3, to_alarm, missing)
    return alarm_state(rule, [LETTERS[letter] for letter in row.split()], BEFORE)


TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


@pytest.mark.parametrize(
    ("row", "to_alarm", "states"),
    [
        ("0 - X - X", 3, ("OK", "OK", "OK", "OK")),
        ("- - - - 0", 3, ("OK", "OK", "OK", "OK")),
        ("- - - - -", 3, ("INSUFFICIENT_DATA", BEFORE, "ALARM", "OK")),
        ("0 X X - X", 3, ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("- - X - -", 3, ("ALARM", BEFORE, "ALARM", "OK")),
        ("0 - X - X", 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("0 0 X 0 X", 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
        ("0 - X - -", 2, ("OK", "OK", "ALARM", "OK")),
        ("- - - - 0", 2, ("OK", "OK", "ALARM", "OK")),
        ("- - - X -", 2, ("ALARM", BEFORE, "ALARM", "OK")),
    ],
)
def test_missing_data_counts_as_the_guides_tables_say(
    row: str, to_alarm: int, states: tuple[str, ...]
) -> None:
    assert tuple(state(row, to_alarm, each) for each in TREATMENTS) == states
