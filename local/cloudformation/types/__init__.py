"""CloudFormation resource types that moto lacks or deploys incompletely, by each service's public API."""

from local.cloudformation.types.access import Key, ManagedPolicy, Policy, Role
from local.cloudformation.types.archives import Archive
from local.cloudformation.types.bucket import Bucket, BucketPolicy
from local.cloudformation.types.functions import EventInvokeConfig, Function, Permission, Url, Version
from local.cloudformation.types.messaging import Queue, QueuePolicy, Subscription, Topic, TopicPolicy
from local.cloudformation.types.metadata import Metadata
from local.cloudformation.types.monitoring import Alarm, Dashboard, LogGroup, MetricFilter
from local.cloudformation.types.rules import Rule
from local.cloudformation.types.schedules import Schedule, ScheduleGroup
from local.cloudformation.types.state_machine import StateMachine
from local.cloudformation.types.table import Table

HANDLERS = [
    Alarm,
    Archive,
    Bucket,
    BucketPolicy,
    Dashboard,
    EventInvokeConfig,
    Function,
    Key,
    LogGroup,
    ManagedPolicy,
    Metadata,
    MetricFilter,
    Permission,
    Policy,
    Queue,
    QueuePolicy,
    Role,
    Rule,
    Schedule,
    ScheduleGroup,
    StateMachine,
    Subscription,
    Table,
    Topic,
    TopicPolicy,
    Url,
    Version,
]
"""One handler per type."""
