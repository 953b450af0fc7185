"""The JSON Schema of fleet files, generated from the models."""

import json

from local.fleet.reading import FLEETS
from local.fleet.schema import FleetFile

SCHEMA_FILE = FLEETS / "schema.json"
"""Named in the first line of a fleet file, it lets editors complete and check it."""


def schema_text() -> str:
    """What the schema file has to contain."""
    schema = FleetFile.model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
