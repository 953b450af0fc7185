"""Whose something is: a run touches only what a run has made."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

TAG = "steward:accept"
PREFIX = "steward-accept-"
ROLE_PATH = "/steward-accept/"
NAME = re.compile(rf"{PREFIX}(?P<run>[0-9a-f]{{8}})(-[a-z]+)*")


@dataclass(frozen=True)
class Names:
    """What one run's things are called."""

    run: str

    @property
    def cluster(self) -> str:
        return PREFIX + self.run

    @property
    def restored(self) -> str:
        return f"{self.cluster}-restored"

    def other(self, word: str) -> str:
        return f"{self.cluster}-{word}"

    @property
    def alias(self) -> str:
        return f"alias/{self.cluster}"

    @property
    def tags(self) -> list[dict[str, str]]:
        """As Redshift and IAM write them. The policy that comes with the steward excludes the second one."""
        return [{"Key": TAG, "Value": self.run}, {"Key": "steward:exclude", "Value": "acceptance run"}]


def run_of(name: str) -> str:
    """The run whose name this can be; empty for a stranger's."""
    found = NAME.fullmatch(name.lower())
    return found["run"] if found else ""


def is_ours(name: str, tags: Mapping[str, str], journaled: Collection[str]) -> bool:
    """Whether a run has made it: its name says so, and its tag or a journal does as well.

    What Redshift makes by itself (a final snapshot, a restored cluster) has no tag at first; a tag that
    names another run is a stranger's, whatever a journal says.
    """
    run = run_of(name)
    if not run:
        return False
    tagged = tags.get(TAG)
    return tagged == run or (tagged is None and name in journaled)


def tags_of(tags: list[dict[str, str]], key: str = "Key", value: str = "Value") -> dict[str, str]:
    """AWS's list of tags as a mapping."""
    return {str(each.get(key, "")): str(each.get(value, "")) for each in tags}
