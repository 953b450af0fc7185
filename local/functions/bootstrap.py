"""What a worker process runs first: Lambda's own search path, then AWS's runtime interface client.

Started as ``python -I -S bootstrap.py HANDLER``: isolated, so nothing of this project and nothing of the
virtual environment can be imported but what the deployed zip and Lambda's own runtime bring.
"""

import os
import sys


def main() -> None:
    """Serve invocations until the process is ended."""
    sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"], os.environ["LAMBDA_RUNTIME_DIR"]]
    from awslambdaric.__main__ import main as serve  # noqa: PLC0415 - importable from here on

    serve(sys.argv)


if __name__ == "__main__":
    main()
