"""Removes what runs have made: level-triggered, as often as needed, and nothing that is not a run's.

It looks at what there is, asks for what can be done now, and looks again, until nothing is left. So it does
not matter when a run was killed, or how often this is repeated.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from botocore.exceptions import BotoCoreError

from cli.accept.calls import STATE, Answer, Calls
from cli.accept.ownership import PREFIX, ROLE_PATH, is_ours, tags_of
from cli.accept.pace import Pace
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.text import clean

AT_MOST, EVERY = timedelta(hours=16), 20
EMPTY_LOOKS = 2
"""A thing that was asked for right before a kill may be listed late: nothing is left when it was so twice."""

DAYS_UNTIL_KEY_IS_GONE = 7
"""The least that KMS allows."""

GOING = frozenset({"deleting", "final-snapshot"})
LEAVING_KEY = ("PendingDeletion", "PendingReplicaDeletion")


@dataclass(frozen=True)
class Thing:
    """Something of a run's that is still there; ``remove`` asks once for what takes it away."""

    kind: str
    name: str
    remove: Callable[[], Answer | None] = field(compare=False)


class CleanUp:
    """Removes the things of all runs in one account and Region.

    Args:
        calls: Who removes.
        pace: How to wait.
        journaled: Names in journals; what has a run's name but neither its tag nor a journal is left alone.
        report: Called with a line for each thing as it is asked away.
    """

    def __init__(
        self, calls: Calls, pace: Pace, journaled: Collection[str], report: Callable[[str], None]
    ) -> None:
        self._calls = calls
        self._pace = pace
        self._journaled = journaled
        self._report = report
        self._reported: set[tuple[str, str]] = set()
        self._keys_with_journal = any(name.startswith("alias/") for name in journaled)

    def run(self) -> int:
        """Remove everything; how many things that were.

        Raises:
            CliError: Something is still there at the end, or may not be removed.
        """
        empty = 0
        for _ in self._pace.tries(AT_MOST, EVERY):
            left = self._look()
            if left is None:
                continue
            empty = 0 if left else empty + 1
            if empty == EMPTY_LOOKS:
                return len(self._reported)
            for thing in left:
                self._remove(thing)
        names = ", ".join(name for _, name in sorted(self._reported))
        raise CliError(f"Not everything is removed yet ({names}); repeat: steward accept --clean-up")

    def _look(self) -> list[Thing] | None:
        """What is there; None when AWS could not be reached for a moment."""
        try:
            return [
                *self._clusters(),
                *self._snapshots(),
                *self._roles(),
                *self._keys(),
                *self._queues(),
                *self._groups(),
            ]
        except BotoCoreError:
            return None

    def _remove(self, thing: Thing) -> None:
        if (thing.kind, thing.name) not in self._reported:
            self._reported.add((thing.kind, thing.name))
            self._report(f"removing the {thing.kind} {thing.name}")
        answer = thing.remove()
        if answer is not None and answer.denied:
            raise CliError(
                f"Cannot remove the {thing.kind} {thing.name}: {clean(answer.message)}; "
                "with that permission, repeat: steward accept --clean-up",
                ExitCode.AWS,
            )

    def _is_ours(self, name: str, tags: dict[str, str]) -> bool:
        return is_ours(name, tags, self._journaled)

    def _clusters(self) -> Iterator[Thing]:
        for each in self._calls.pages("redshift", "describe_clusters", "Clusters"):
            name, status = str(each["ClusterIdentifier"]), str(each.get("ClusterStatus"))
            if self._is_ours(name, tags_of(each.get("Tags", []))):
                yield Thing("cluster", name, lambda name=name, status=status: self._delete(name, status))  # type: ignore[misc]  # bound by the defaults

    def _delete(self, name: str, status: str) -> Answer | None:
        """Delete a run's own cluster without a snapshot; one that is paused may have to be resumed for it."""
        if status in GOING:
            return None
        answer = self._calls.ask(
            "redshift", "delete_cluster", ClusterIdentifier=name, SkipFinalClusterSnapshot=True
        )
        if answer.code == STATE and status == "paused":
            return self._calls.ask("redshift", "resume_cluster", ClusterIdentifier=name)
        return answer

    def _snapshots(self) -> Iterator[Thing]:
        found = self._calls.pages(
            "redshift", "describe_cluster_snapshots", "Snapshots", SnapshotType="manual"
        )
        for each in found:
            name, tags = str(each["SnapshotIdentifier"]), tags_of(each.get("Tags", []))
            if self._is_ours(name, tags) and str(each.get("ClusterIdentifier", "")).startswith(PREFIX):
                yield Thing("snapshot", name, lambda name=name: self._delete_snapshot(name))  # type: ignore[misc]  # as above

    def _delete_snapshot(self, name: str) -> Answer:
        return self._calls.ask("redshift", "delete_cluster_snapshot", SnapshotIdentifier=name)

    def _roles(self) -> Iterator[Thing]:
        for each in self._calls.pages("iam", "list_roles", "Roles", PathPrefix=ROLE_PATH):
            name = str(each["RoleName"])
            listed = self._calls.ask("iam", "list_role_tags", RoleName=name)
            if listed.result is not None and self._is_ours(name, tags_of(listed.result["Tags"])):
                yield Thing("role", name, lambda name=name: self._delete_role(name))  # type: ignore[misc]  # as above

    def _delete_role(self, name: str) -> Answer:
        policies = self._calls.ask("iam", "list_role_policies", RoleName=name)
        for policy in (policies.result or {}).get("PolicyNames", []):
            self._calls.ask("iam", "delete_role_policy", RoleName=name, PolicyName=policy)
        return self._calls.ask("iam", "delete_role", RoleName=name)

    def _queues(self) -> Iterator[Thing]:
        for url in self._calls.pages("sqs", "list_queues", "QueueUrls", QueueNamePrefix=PREFIX):
            name = str(url).rpartition("/")[2]
            listed = self._calls.ask("sqs", "list_queue_tags", QueueUrl=url)
            if listed.result is not None and self._is_ours(name, listed.result.get("Tags", {})):
                yield Thing("queue", name, lambda url=url: self._delete_queue(url))  # type: ignore[misc]  # as above

    def _delete_queue(self, url: str) -> Answer:
        return self._calls.ask("sqs", "delete_queue", QueueUrl=url)

    def _groups(self) -> Iterator[Thing]:
        """Groups of schedules, which go with their group."""
        found = self._calls.pages("scheduler", "list_schedule_groups", "ScheduleGroups", NamePrefix=PREFIX)
        for each in found:
            name = str(each["Name"])
            listed = self._calls.ask("scheduler", "list_tags_for_resource", ResourceArn=each["Arn"])
            if listed.result is not None and self._is_ours(name, tags_of(listed.result.get("Tags", []))):
                yield Thing("schedule group", name, lambda name=name: self._delete_group(name))  # type: ignore[misc]  # as above

    def _delete_group(self, name: str) -> Answer:
        return self._calls.ask("scheduler", "delete_schedule_group", Name=name)

    def _keys(self) -> Iterator[Thing]:
        """Keys by their alias; by their tag, too, where a journal speaks of one: the alias is made later."""
        named = {}
        for each in self._calls.pages("kms", "list_aliases", "Aliases"):
            name = str(each["AliasName"])
            if name.startswith(f"alias/{PREFIX}") and each.get("TargetKeyId"):
                named[str(each["TargetKeyId"])] = name
        ids = set(named)
        if self._keys_with_journal:
            ids |= {str(each["KeyId"]) for each in self._calls.pages("kms", "list_keys", "Keys")}
        for key in sorted(ids):
            yield from self._key(key, named.get(key, ""))

    def _key(self, key: str, alias: str) -> Iterator[Thing]:
        listed = self._calls.ask("kms", "list_resource_tags", KeyId=key)
        tags = tags_of((listed.result or {}).get("Tags", []), "TagKey", "TagValue")
        run = tags.get("steward:accept", "")
        if not self._is_ours(PREFIX + run, tags):
            return
        described = self._calls.ask("kms", "describe_key", KeyId=key)
        state = (described.result or {}).get("KeyMetadata", {}).get("KeyState")
        if alias or state not in LEAVING_KEY:
            yield Thing("key", key, lambda: self._delete_key(key, alias, is_leaving=state in LEAVING_KEY))

    def _delete_key(self, key: str, alias: str, *, is_leaving: bool) -> Answer:
        if not is_leaving:
            answer = self._calls.ask(
                "kms", "schedule_key_deletion", KeyId=key, PendingWindowInDays=DAYS_UNTIL_KEY_IS_GONE
            )
            if not answer.accepted or not alias:
                return answer
        return self._calls.ask("kms", "delete_alias", AliasName=alias)
