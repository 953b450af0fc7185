"""`python -m policy schema` writes the policy's JSON Schema next to `fleet.yaml`."""

import sys
from pathlib import Path

from policy.schema import schema_text

SCHEMA_FILE = Path(__file__).parents[1] / "fleet.schema.json"


def main(arguments: list[str]) -> int:
    """Write the schema; the exit status is 2 for any argument but `schema`."""
    if arguments != ["schema"]:
        sys.stderr.write("usage: python -m policy schema\n")
        return 2
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
