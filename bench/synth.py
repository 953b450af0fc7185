"""Duration of `make synth`, with and without a bundled zip: `python -m bench.synth [times]`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench.measure import HEADINGS, ROOT, print_table, time_command, time_repeatedly, timing_cells
from infra.node import NODE, node_environment


def command(output: Path) -> list[str]:
    """The command of `make synth`, with another output folder."""
    cdk = ROOT / "node_modules" / ".bin" / "cdk"
    app = f"{sys.executable} app.py"
    return [str(NODE), str(cdk), "synth", "--quiet", "--app", app, "--output", str(output)]


def main(times: int) -> None:
    """Print durations without and with an existing zip."""
    os.environ.update(node_environment())
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "cdk.out"
        fresh = []
        for _ in range(times):
            shutil.rmtree(output, ignore_errors=True)
            fresh.append(time_command(command(output)))
        again = time_repeatedly(command(output), times)
    print_table(("synth", *HEADINGS), [["first", *timing_cells(fresh)], ["again", *timing_cells(again)]])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
