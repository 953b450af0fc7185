"""moto's own tests of Redshift, in server mode, against local AWS: ``python -m tests.clients.moto_suite``.

The tests come from moto's source distribution on the package index, of the version that is installed;
they are no part of `make test`. Inputs that Redshift would refuse are replaced (`VALID_INPUTS`). What
fails then must be in `WRONG_IN_MOTO`, each with its reason: anything else, and a reason that no failure
needs any more, ends the script with exit status 1.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from local.clock import Clock
from local.redshift.behavior.knobs import Knobs
from local.redshift.state import backend
from local.server import LocalAws
from tests.support.console import say

AT_ONCE: dict[str, Any] = dict.fromkeys(
    (
        *("create_duration", "modify_duration", "rename_duration", "resize_duration", "reboot_duration"),
        *("pause_duration", "resume_duration", "snapshot_duration", "final_snapshot_duration"),
        *("delete_duration", "restore_duration", "restore_streaming", "role_duration"),
        *("describe_lag", "post_op_busy_tail"),
    ),
    "0.001 seconds",
) | {"create_duration": "0.05 seconds", "restore_duration": "0.05 seconds"}
AT_ONCE |= {"role_check": "none", "maintenance": "quiet"}
"""moto knows no time: what it creates is there."""

VALID_INPUTS = (
    (r'"(ds2\.xlarge|ds2\.8xlarge|dw\.hs1\.xlarge|dc1\.large)"', '"ra3.xlplus"'),
    (r'MasterUserPassword="[^"]*"', 'MasterUserPassword="Passw0rd"'),
    (r'MasterUsername="[^"]*"', 'MasterUsername="admin"'),
    (r'(\["MasterUsername"\] == )"[^"]*"', r'\1"admin"'),
    (r'(master_username|MasterUsername)( ?[=:] ?)"[^"]*"', r'\1\2"admin"'),
    (r'(\w*password\w*)( ?[=:] ?)"[^"]*"', r'\1\2"Passw0rd"'),
    (r'"(\w+)_(cluster|cluster_snapshot|snapshot)((?:_\w+)?)"', r'"\1-\2\3"'),
    (r'"(\w+)_(\w+)_(cluster)"', r'"\1-\2-\3"'),
    (r'"test-db"', '"testdb"'),
    (r'NodeType="single-node"', 'NodeType="ra3.xlplus"'),
    (r'MasterUsername="user"', 'MasterUsername="admin"'),
    (r"arn:aws:iam:::role", "arn:aws:iam::123456789012:role"),
    (r'"my[-_]snapshot_(\d)"', r'"my-snapshot-\1"'),
    (r'"MasterUsername": "[^"]*"', '"MasterUsername": "admin"'),
    (r'"MasterUserPassword": "[^"]*"', '"MasterUserPassword": "Passw0rd"'),
    (r"\b1234\b", "5440"),
    (r"NewClusterIdentifier=cluster_identifier,", ""),
)
"""Patterns of moto's test files → what stands there instead."""

NO_TIME = "operations take time: the answer says creating, pausing or resuming, a later describe the rest"
UNENCRYPTED = "new clusters are encrypted (API reference, CreateCluster)"
NOT_INHERITED = "EnhancedVpcRouting of a restore defaults to false (API reference)"
NO_SUCH_CLUSTER = "snapshots of a cluster that does not exist are ClusterNotFound (API reference)"
LOWER_CASE = "maintenance windows are shown in lower case (API reference, Cluster)"
WRONG_IN_MOTO: dict[str, str] = {
    "test_create_cluster": NO_TIME,
    "test_create_cluster_all_attributes": NO_TIME,
    "test_create_cluster_status_update": NO_TIME,
    "test_create_cluster_from_automated_snapshot": NOT_INHERITED,
    "test_create_cluster_from_snapshot": NOT_INHERITED,
    "test_create_cluster_from_snapshot_with_waiter": NOT_INHERITED,
    "test_create_cluster_with_node_type_from_snapshot": NOT_INHERITED,
    "test_create_cluster_with_enhanced_vpc_routing_enabled": "compares a time with the machine's own clock",
    "test_modify_cluster": LOWER_CASE,
    "test_modify_cluster_vpc_routing": LOWER_CASE,
    "test_delete_cluster_subnet_group": "the default subnet group is listed, too",
    "test_delete_cluster_with_final_snapshot": "a deletion needs a final snapshot or its omission",
    "test_delete_cluster_without_final_snapshot": UNENCRYPTED,
    "test_enable_snapshot_copy_unencrypted": UNENCRYPTED,
    "test_describe_cluster_snapshots_not_found_error": NO_SUCH_CLUSTER,
    "test_presence_automated_snapshot_on_cluster_delete": NO_SUCH_CLUSTER,
    "test_describe_snapshot_with_filter": "a filter that fits nothing leaves an empty list",
    "test_tagged_resource_not_found_error": "a type of which there is nothing is an empty list",
}
"""Tests whose expectation is not Redshift's → why."""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        suite = fetch(Path(folder))
        return judge(run(suite))


def fetch(folder: Path) -> Path:
    """Moto's tests of Redshift with valid inputs, and where they lie."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*pip, "--dest", str(folder), f"moto=={version('moto')}"], check=True)
    (archive,) = folder.glob("moto-*.tar.gz")
    wanted = re.compile(r"[^/]+/tests/(__init__|markers|test_redshift/(__init__|test_redshift))\.py")
    with tarfile.open(archive) as opened:
        members = [each for each in opened.getmembers() if wanted.fullmatch(each.name)]
        opened.extractall(folder, members, filter="data")
    (suite,) = folder.glob("moto-*/tests/test_redshift/test_redshift.py")
    text = suite.read_text()
    for pattern, valid in VALID_INPUTS:
        text = re.sub(pattern, valid, text)
    suite.write_text(text)
    return suite


def run(suite: Path) -> dict[str, str | None]:
    """The tests by name, each with the last line of its failure, None for those that passed."""
    backend.Knobs = lambda: Knobs(**AT_ONCE)  # type: ignore[assignment,misc] # of every backend, after resets too
    report = suite.parent / "report.xml"
    with closing(Clock(datetime.now(UTC))) as clock, LocalAws(clock, region="us-east-1") as aws:
        clock.pace(1000)  # so that a slow machine does not see what is under way
        variables = os.environ | {"TEST_SERVER_MODE": "true", "TEST_SERVER_MODE_ENDPOINT": aws.endpoint}
        command = [sys.executable, "-m", "pytest", str(suite), "-q", f"--junitxml={report}"]
        root = suite.parents[2]
        command += ["-p", "no:cacheprovider", f"--rootdir={root}", "-c", os.devnull]
        environment = variables | {"PYTHONPATH": str(root)}
        subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314 - pytest's own report
    return {case.attrib["name"]: _failure(case) for case in cases}


def _failure(case: ET.Element) -> str | None:
    failed = [part for part in case if part.tag in {"failure", "error"}]
    return failed[0].attrib.get("message", "")[:300].splitlines()[0] if failed else None


def judge(outcomes: dict[str, str | None]) -> int:
    """Print what happened; the exit status."""
    failed = {name: message for name, message in outcomes.items() if message is not None}
    ours = {name: message for name, message in failed.items() if name not in WRONG_IN_MOTO}
    stale = WRONG_IN_MOTO.keys() - failed.keys()
    say(f"{len(outcomes)} tests, {len(outcomes) - len(failed)} passed")
    for name in sorted(failed.keys() - ours.keys()):
        say(f"wrong in moto: {name}: {WRONG_IN_MOTO[name]}")
    for name, message in sorted(ours.items()):
        say(f"OURS: {name}: {message}")
    for name in sorted(stale):
        say(f"passes, or is gone; take it from WRONG_IN_MOTO: {name}")
    return 1 if ours or stale or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
