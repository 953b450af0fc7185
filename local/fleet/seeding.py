"""A fleet put into local AWS: keys, roles, clusters, their endpoints and shares, and their timelines."""

import json
from datetime import datetime, timedelta

from moto.iam.models import iam_backends

from local.context import Context
from local.faults.arming import arm
from local.fleet.attachments import attach, reserve
from local.fleet.moments import creation_time, expand_dates, next_time
from local.fleet.reading import Fleet
from local.fleet.schema import ClusterEntry
from local.fleet.timeline import TimelinePlanner
from local.iam.service_roles import REDSHIFT
from local.redshift import backend_of
from local.redshift.behavior.connections import Use
from local.redshift.behavior.durations import Duration
from local.redshift.calls.delete_cluster import begin_deleting
from local.redshift.calls.rotate_encryption_key import begin_rotation
from local.redshift.calls.snapshots import take_automated_snapshot
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.maintenance_events import schedule_maintenance_events
from local.redshift.state.operations import AVAILABLE, BY_STATUS, PAUSED, Work
from local.redshift.state.roles import IN_SYNC

HSM = {
    "HsmClientCertificateIdentifier": "hsm-certificate",
    "HsmConfigurationIdentifier": "hsm-configuration",
    "Status": "active",
}
SETTLED = timedelta(minutes=1)
"""A steady cluster was last touched longer ago than this."""


def seed_fleet(context: Context, fleet: Fleet) -> None:
    """Put a fleet into the context's account and Region, in addition to what exists."""
    backend = backend_of(context)
    with backend.lock:
        _Seeding(backend, fleet, backend.now()).run()


class _Seeding:
    def __init__(self, backend: RedshiftBackend, fleet: Fleet, start: datetime) -> None:
        self._backend = backend
        self._fleet = fleet
        self._start = start
        self._timeline = TimelinePlanner(backend, start, fleet.file.timezone)
        self._untrusting = {role.name for role in fleet.file.iam_roles if not role.trusts_redshift}

    def run(self) -> None:
        file, backend = self._fleet.file, self._backend
        backend.snapshot_quota = file.snapshot_quota
        backend.deleted_cluster_snapshots = file.deleted_cluster_snapshots
        backend.knobs_of_new = file.defaults.knobs
        for key in file.kms_keys:
            backend.keys.declare(key.alias, key.state)
        for role in file.iam_roles:
            self._role(role.name)
        for number, nodes in enumerate(file.reserved_nodes, 1):
            reserve(backend, number, nodes)
        for fault in file.faults:
            arm(backend.context, fault)
        for entry in self._fleet.clusters:
            self._seed(entry)

    def _seed(self, entry: ClusterEntry) -> None:
        cluster = self._cluster(entry, creation_time(entry.created, self._start))
        self._backend.clusters_by_id[cluster.identifier] = cluster
        take_automated_snapshot(self._backend, cluster, self._start - SETTLED)
        schedule_maintenance_events(self._backend, cluster, self._start)
        attach(self._backend, cluster, entry)
        self._enter_status(cluster, entry)
        for fault in entry.faults:
            self._backend.faults.add(fault.about(cluster.identifier))
        for event in entry.timeline:
            self._timeline.plan(cluster, event, lambda moment: self._recreate(entry, moment))

    def _cluster(self, entry: ClusterEntry, created: datetime) -> Cluster:
        backend = self._backend
        cluster = Cluster(
            identifier=entry.identifier,
            account_id=backend.account_id,
            region=backend.region_name,
            created=created,
            knobs=entry.knobs,
            timeline=backend.timeline,
            seed=backend.context.seed,
            node_type=entry.node_type,
            nodes=entry.nodes,
            encrypted=entry.encrypted,
            kms_key_id=backend.keys.resolve(entry.kms_key),
            names_no_key=entry.kms_key is None,
            maintenance_window=entry.maintenance_window,
            automated_retention=entry.automated_retention,
            tags=[
                {"Key": key, "Value": expand_dates(value, self._start)} for key, value in entry.tags.items()
            ],
            facts=entry.members | ({"HsmStatus": HSM} if entry.hsm else {}),
            lakehouse=entry.lakehouse,
            use=Use.from_declaration(entry.connections, self._start),
        )
        cluster.roles.associate([self._role(role) for role in entry.roles], IN_SYNC)
        cluster.roles.default = self._role(entry.default_role) if entry.default_role else None
        return cluster

    def _role(self, name: str) -> str:
        """The ARN of a role, which is created if IAM does not have it yet."""
        if name.startswith("arn:"):
            return name
        iam = iam_backends[self._backend.account_id]["global"]
        for role in iam.get_roles():
            if role.name == name:
                return str(role.arn)
        principal = "ec2.amazonaws.com" if name in self._untrusting else REDSHIFT
        statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return str(iam.create_role(name, trust, "/", None, "of a seeded fleet", [], None).arn)

    def _recreate(self, entry: ClusterEntry, moment: datetime) -> None:
        """Another cluster under the same name, as if the first had been deleted and created anew."""
        self._backend.clusters_by_id[entry.identifier] = self._cluster(entry, moment)

    def _enter_status(self, cluster: Cluster, entry: ClusterEntry) -> None:
        work, length = BY_STATUS.get(entry.status), self._remaining(entry)
        if work is None and length is None:
            cluster.status = entry.status
            if entry.status == PAUSED:
                cluster.use.pause(cluster.use.last(self._start))
            return
        self._begin(cluster, work or Work(entry.status, entry.status, None, "modify_duration"), length)
        cluster.lag = None

    def _remaining(self, entry: ClusterEntry) -> Duration | None:
        if entry.until is None or entry.remaining is not None:
            return entry.remaining
        length = next_time(entry.until, self._start, self._fleet.file.timezone) - self._start
        return Duration(length, length)

    def _begin(self, cluster: Cluster, work: Work, length: Duration | None) -> None:
        """Put the cluster into the middle of an operation."""
        if work.name == "rotate":
            begin_rotation(self._backend, cluster, self._start, length=length)
        elif work.name == "delete":
            begin_deleting(self._backend, cluster, self._start, saved=False, length=length)
        else:
            after = PAUSED if work.name == "pause" else AVAILABLE

            def finish(moment: datetime) -> None:
                cluster.status = after
                (cluster.use.pause if after == PAUSED else cluster.use.resume)(moment)

            cluster.begin(self._start, work, finish, length=length)
