"""The policy's section deprovision: what it may say, and the sentence about what it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policy import PolicyError, load
from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.settings import PROTECTED_TAG, DeprovisionSettings

if TYPE_CHECKING:
    from pathlib import Path

REST = """\
environments:
  - name: production
    account: "123456789012"
    region: eu-central-1
rotate_keys:
  schedule: cron(0 22 ? * SAT *)
  timezone: Europe/Berlin
  max_age: 90 days
"""
PLAIN = """\
deprovision:
  schedule: cron(0 6 * * ? *)
  timezone: Europe/Berlin
"""


def read(text: str, folder: Path) -> Any:
    path = folder / "fleet.yaml"
    path.write_text(REST + text)
    return load(path).deprovision


def refusal(line: str, folder: Path) -> str:
    """The one sentence about a section with this line."""
    with pytest.raises(PolicyError) as caught:
        read(PLAIN + line, folder)
    (sentence,) = caught.value.sentences
    return sentence.removeprefix(f"{folder}/fleet.yaml:")


def test_without_the_section_no_cluster_is_ever_deleted(tmp_path: Path) -> None:
    assert read("", tmp_path) is None


def test_what_is_left_out_is_the_careful_choice(tmp_path: Path) -> None:
    told = parse_settings(DeprovisionSettings, read(PLAIN, tmp_path).settings())

    assert (told.approval.required, told.approval.four_eyes) == (True, True)
    assert told.approval.expires_after.days == 3
    assert told.rotate_first
    assert told.snapshot.retention_days == -1
    assert (told.max_per_run, told.waived) == (5, {})
    assert told.protected.tags == {PROTECTED_TAG: ("*",)}


def test_all_that_it_may_say_reaches_the_steps(tmp_path: Path) -> None:
    text = """\
  protected: {tags: {tier: [critical]}, identifiers: ["*-ledger"]}
  approval:
    required: false
    expires_after: 1 hour
    approvers: ["arn:aws:iam::*:role/dba"]
    four_eyes: false
  idle: {days: 14, metric: CPUUtilization, threshold: 2.5}
  quarantine: 7 days
  rotate_first: false
  restore_test: true
  snapshot: {retention: 365 days, tags: {retired-by: steward}}
  waive: {zero_etl: the shop has moved}
  max_concurrent: 3
  max_per_run: 2
  deadline: 12 hours
"""
    told = parse_settings(DeprovisionSettings, read(PLAIN + text, tmp_path).settings())

    assert told.protected.why("sales-ledger", {}) == "identifier matches *-ledger"
    assert told.approval.approvers == ("arn:aws:iam::*:role/dba",)
    assert told.idle is not None
    assert (told.idle.days, told.idle.metric, told.idle.threshold) == (14, "CPUUtilization", 2.5)
    assert (told.quarantine.days, told.restore_test, told.rotate_first) == (7, True, False)
    assert (told.snapshot.retention_days, told.waived) == (365, {"zero_etl": "the shop has moved"})
    assert told.deadline.total_seconds() == 12 * 3600


EXPECTED_WAIVABLE = (
    "expected one of in_use, idleness_unknown, key_unknown, zero_etl, datashare_consumers, foreign_endpoints,"
    " scheduled_resume, stack_owned"
)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "  snapshot: {retention: 0 days}",
            (
                '12: deprovision.snapshot.retention: found "0 days"; expected "forever", or a whole number of'
                ' days from 1 to 3653, for example "365 days"'
            ),
        ),
        (
            "  snapshot: {retention: 36 hours}",
            (
                '12: deprovision.snapshot.retention: found "36 hours"; expected "forever", or a'
                " whole number of"
                ' days from 1 to 3653, for example "365 days"'
            ),
        ),
        (
            "  snapshot: {retention: 30}",
            (
                '12: deprovision.snapshot.retention: found the number 30; expected "forever", or'
                " a whole number"
                ' of days from 1 to 3653, for example "365 days"'
            ),
        ),
        (
            "  snapshot: {retention: 6 days}",
            (
                "12: deprovision.snapshot.retention: found 6 days, and a deletion may take 7: 3 days for the"
                " approval, 0 s of quarantine, and the deadline of 1 day for each of 4 steps; expected"
                ' at least 7 days, or "forever"'
            ),
        ),
        (
            "  snapshot: {skip: true}",
            '12: deprovision.snapshot.skip: found the unknown key "skip"; expected one of retention, tags',
        ),
        (
            "  snapshot: {tags: {steward:run: x}}",
            (
                '12: deprovision.snapshot.tags.steward:run: found "steward:run"; expected a tag key without'
                ' control characters that does not start with aws: or steward:, for example "cost-center"'
            ),
        ),
        (
            "  waive: {protected: because}",
            (
                f'12: deprovision.waive.protected: found "protected"; {EXPECTED_WAIVABLE};'
                f" protected cannot be"
                " waived"
            ),
        ),
        (
            "  waive: {lock: because}",
            f'12: deprovision.waive.lock: found "lock"; {EXPECTED_WAIVABLE}',
        ),
        (
            '  waive: {zero_etl: ""}',
            '12: deprovision.waive.zero_etl: found ""; expected a sentence with the reason, for example "…"',
        ),
        (
            "  approval: {approvers: [bob]}",
            (
                '12: deprovision.approval.approvers[0]: found "bob"; expected the ARN of an IAM user, role or'
                ' session, for example "arn:aws:iam::123456789012:role/dba" (* and ? are wildcards after the'
                " service)"
            ),
        ),
        (
            "  approval: {approvers: [7]}",
            (
                "12: deprovision.approval.approvers[0]: found the number 7; expected the ARN of"
                " an IAM user, role"
                ' or session, for example "arn:aws:iam::123456789012:role/dba" (* and ? are'
                " wildcards after the"
                " service)"
            ),
        ),
        (
            "  approval: {required: sometimes}",
            '12: deprovision.approval.required: found "sometimes"; expected true or false',
        ),
        (
            "  idle: {days: 61}",
            "12: deprovision.idle.days: found the number 61; expected a whole number from 1 to 60",
        ),
        (
            "  idle: {days: 7, threshold: -1}",
            "12: deprovision.idle.threshold: found the number -1; expected a number, 0 or greater",
        ),
        (
            "  quarantine: 60 days",
            '12: deprovision.quarantine: found "60 days"; expected a duration from 1 hour to 30 days',
        ),
        (
            "  skip_final_snapshot: true",
            (
                '12: deprovision.skip_final_snapshot: found the unknown key "skip_final_snapshot"; expected'
                " one of schedule, timezone, protected, approval, idle, quarantine, rotate_first,"
                " restore_test, snapshot, stack_tags, waive, max_concurrent, max_per_run, deadline"
            ),
        ),
    ],
)
def test_what_it_may_not_say_is_refused_in_one_sentence(line: str, sentence: str, tmp_path: Path) -> None:
    assert refusal(line, tmp_path) == sentence
