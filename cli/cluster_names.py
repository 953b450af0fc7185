"""Cluster names that a user typed."""

from collections.abc import Sequence

from cli.aws import Account
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.text import clean, did_you_mean
from steward.adapters.clusters import Clusters


def require_clusters(account: Account, names: Sequence[str]) -> None:
    """Check that every named cluster exists in the Region.

    Raises:
        CliError: One does not; the sentence suggests the nearest name.
    """
    existing = {each.identifier for each in Clusters(account.client("redshift")).all()}
    for name in names:
        if name not in existing:
            raise CliError(
                f'No cluster "{clean(name)}" in {account.region}{did_you_mean(name, existing)}',
                ExitCode.NOT_FOUND,
            )
