"""The sabotages: for each promise, single lines whose loss would break it, and the tests that must notice.

A sabotage replaces ``old``, which stands exactly once in its file, by ``new``. It is killed when one of its
tests fails. A rule that moves takes its sabotage along: tests/contracts/test_sabotage.py says which no longer
fits.
"""

from __future__ import annotations

from tests.sabotage.catalog.authority import AUTHORITY
from tests.sabotage.catalog.cluster_changes import CLUSTER_CHANGES
from tests.sabotage.catalog.runs import RUNS

SABOTAGES = (*CLUSTER_CHANGES, *RUNS, *AUTHORITY)
