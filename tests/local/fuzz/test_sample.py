"""No generated call is answered with a server error: a seeded sample of ``python -m tests.local.fuzz``."""

from tests.local.fuzz.calls import run


def test_no_generated_call_is_answered_with_a_server_error() -> None:
    fuzz = run(400, number=7)

    assert not fuzz.failures, "\n".join(f"{name}\n  {answer}" for name, answer in fuzz.failures.items())
    assert fuzz.statuses[400] > fuzz.statuses[200] > 0
