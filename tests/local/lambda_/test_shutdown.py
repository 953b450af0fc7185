"""Local AWS ends, however it ends, without worker processes left and without a word on the terminal."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from moto.awslambda.models import lambda_backends

from local.http_server import DropConnection
from local.lambda_ import _current
from local.lambda_.service import to_function
from tests.support.local_aws import ACCOUNT, REGION, local_aws, trust_policy, zipped

PROJECT = Path(__file__).parents[3]
PROGRAM = textwrap.dedent(
    """
    import os, tempfile
    from pathlib import Path
    from local.lambda_.processes import Template

    folder = Path(tempfile.mkdtemp())
    template = Template(folder, {"LAMBDA_TASK_ROOT": str(folder), "LAMBDA_RUNTIME_DIR": str(folder)})
    (folder / "awslambdaric").mkdir()
    (folder / "awslambdaric" / "__init__.py").touch()
    client = "class LambdaRuntimeClient: wait_next_invocation = None"
    (folder / "awslambdaric" / "lambda_runtime_client.py").write_text(client)
    (folder / "awslambdaric" / "__main__.py").write_text("import time; main = lambda _: time.sleep(SECONDS)")
    (folder / "log").touch()
    workers = [template.fork("h.h", {}, folder / "log", 3, 0.0) for _ in range(2)]
    print(template._process.pid, *(worker.pid for worker in workers), flush=True)
    os._exit(0)  # as a killed program: nothing is closed
    """
)


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_worker_processes_end_silently_when_local_aws_was_killed() -> None:
    program = PROGRAM.replace("SECONDS", "0.5")
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    pids = [int(pid) for pid in ended.stdout.split()]
    deadline = time.monotonic() + 20
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(pids) == 3
    assert not any(map(is_running, pids))
    assert ended.stderr == ""


def test_no_process_is_started_once_local_aws_has_closed() -> None:
    with local_aws() as aws:
        aws.client("iam").create_role(
            RoleName="r", AssumeRolePolicyDocument=trust_policy("lambda.amazonaws.com")
        )
        aws.client("lambda").create_function(
            FunctionName="f",
            Runtime="python3.13",
            Handler="m.handle",
            Role=f"arn:aws:iam::{ACCOUNT}:role/r",
            Code={"ZipFile": zipped(m="def handle(event, context): return 1")},
        )
        service = _current()
        (function,) = lambda_backends[ACCOUNT][REGION].list_functions()
    with pytest.raises(DropConnection):
        service.workers.pool(to_function(function), function.code_bytes)
