"""How much memory a process has used.

A limit on address space (RLIMIT_AS) cannot stand in for Lambda's ceiling: CPython with boto3 reserves
several times what it touches. The peak of resident memory is what Lambda's own ``Max Memory Used`` shows.
Only Linux reports it; elsewhere the limit is not enforced.
"""

from pathlib import Path

KIB_PER_MB = 1024


def peak_mb(pid: int) -> int:
    """The peak resident memory of a process in MB, or 0 where it cannot be known."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // KIB_PER_MB
    return 0
