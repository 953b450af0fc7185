"""Write what is generated from the models of fleet files: `python -m local.fleet`."""

from local.fleet.handbook import HANDBOOK, handbook_text
from local.fleet.json_schema import SCHEMA_FILE, schema_text

SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
HANDBOOK.write_text(handbook_text(HANDBOOK.read_text(encoding="utf-8")), encoding="utf-8")
