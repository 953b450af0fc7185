"""An alarm's description says what is the matter, what to do, and where the runbook's section is."""

from steward.domain.alarms import EVERY_WORKFLOW
from steward.domain.messages import RunInfo, keys_of


def test_an_alarm_names_its_workflow_and_its_section_of_the_runbook() -> None:
    for alarm in EVERY_WORKFLOW:
        text = alarm.text("https://example.com/runbook", "rotate-keys")
        assert "What to do: " in text
        assert "{workflow}" not in text
        assert text.endswith(f"https://example.com/runbook#{alarm.name}")


def test_the_keys_of_a_message_are_those_of_its_type() -> None:
    assert {"arn", "name", "started_at", "workflow"} <= keys_of(RunInfo)
