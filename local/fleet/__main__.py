"""Write the JSON Schema of fleet files, with which editors complete them: `python -m local.fleet`."""

from local.fleet.json_schema import SCHEMA_FILE, schema_text

SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
