"""The kinds that run pods."""

from __future__ import annotations

from datetime import datetime

import msgspec

from integrations.kubernetes.models.meta import AnnotatedMeta, Condition, LabelSelector, Meta, Slim
from integrations.kubernetes.models.pods import PodTemplate

__all__ = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "DeploymentStatus",
    "Job",
    "ReplicaSet",
    "StatefulSet",
]


class RollingUpdate(Slim):
    """Pods with an ordinal below `partition` keep their revision (stateful sets)."""

    partition: int = 0


class UpdateStrategy(Slim):
    """How stateful sets and daemon sets replace pods: ``RollingUpdate``, or ``OnDelete`` (each
    when somebody deletes it)."""

    type: str = "RollingUpdate"
    rolling_update: RollingUpdate = msgspec.field(default_factory=RollingUpdate)


class ReplicatedSpec(Slim):
    """What deployments, replica sets and stateful sets ask for (`replicas` defaults to 1)."""

    replicas: int = 1
    paused: bool = False
    min_ready_seconds: int = 0
    update_strategy: UpdateStrategy = msgspec.field(default_factory=UpdateStrategy)
    selector: LabelSelector = msgspec.field(default_factory=LabelSelector)
    template: PodTemplate = msgspec.field(default_factory=PodTemplate)
    service_name: str = ""


class DeploymentStatus(Slim):
    """Counts of a deployment."""

    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    conditions: list[Condition] = []


class Deployment(Slim):
    """A deployment."""

    metadata: AnnotatedMeta = msgspec.field(default_factory=AnnotatedMeta)
    spec: ReplicatedSpec = msgspec.field(default_factory=ReplicatedSpec)
    status: DeploymentStatus = msgspec.field(default_factory=DeploymentStatus)


class ReplicaSet(Slim):
    """A replica set."""

    metadata: AnnotatedMeta = msgspec.field(default_factory=AnnotatedMeta)
    spec: ReplicatedSpec = msgspec.field(default_factory=ReplicatedSpec)
    status: DeploymentStatus = msgspec.field(default_factory=DeploymentStatus)


class StatefulSetStatus(Slim):
    """Counts of a stateful set."""

    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    current_replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    conditions: list[Condition] = []


class StatefulSet(Slim):
    """A stateful set."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: ReplicatedSpec = msgspec.field(default_factory=ReplicatedSpec)
    status: StatefulSetStatus = msgspec.field(default_factory=StatefulSetStatus)


class DaemonSetSpec(Slim):
    """What a daemon set asks for."""

    min_ready_seconds: int = 0
    update_strategy: UpdateStrategy = msgspec.field(default_factory=UpdateStrategy)
    selector: LabelSelector = msgspec.field(default_factory=LabelSelector)
    template: PodTemplate = msgspec.field(default_factory=PodTemplate)


class DaemonSetStatus(Slim):
    """Counts of a daemon set."""

    observed_generation: int = 0
    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    number_ready: int = 0
    updated_number_scheduled: int = 0
    number_available: int = 0
    number_misscheduled: int = 0
    conditions: list[Condition] = []


class DaemonSet(Slim):
    """A daemon set."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: DaemonSetSpec = msgspec.field(default_factory=DaemonSetSpec)
    status: DaemonSetStatus = msgspec.field(default_factory=DaemonSetStatus)


class JobSpec(Slim):
    """What a job asks for; `completions` None means any success completes it."""

    parallelism: int | None = None
    completions: int | None = None
    completion_mode: str = ""
    backoff_limit: int | None = None
    suspend: bool = False
    selector: LabelSelector = msgspec.field(default_factory=LabelSelector)
    template: PodTemplate = msgspec.field(default_factory=PodTemplate)


class JobStatus(Slim):
    """How a job goes."""

    active: int = 0
    ready: int = 0
    succeeded: int = 0
    failed: int = 0
    completed_indexes: str = ""
    failed_indexes: str = ""
    start_time: datetime | None = None
    completion_time: datetime | None = None
    conditions: list[Condition] = []


class Job(Slim):
    """A job."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: JobSpec = msgspec.field(default_factory=JobSpec)
    status: JobStatus = msgspec.field(default_factory=JobStatus)


class JobTemplate(Slim):
    """The job inside a cron job."""

    spec: JobSpec = msgspec.field(default_factory=JobSpec)


class CronJobSpec(Slim):
    """When a cron job runs."""

    schedule: str = ""
    time_zone: str = ""
    suspend: bool = False
    concurrency_policy: str = ""
    job_template: JobTemplate = msgspec.field(default_factory=JobTemplate)


class ActiveJob(Slim):
    """A job that runs now."""

    name: str = ""


class CronJobStatus(Slim):
    """When a cron job ran."""

    active: list[ActiveJob] = []
    last_schedule_time: datetime | None = None
    last_successful_time: datetime | None = None


class CronJob(Slim):
    """A cron job."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: CronJobSpec = msgspec.field(default_factory=CronJobSpec)
    status: CronJobStatus = msgspec.field(default_factory=CronJobStatus)
