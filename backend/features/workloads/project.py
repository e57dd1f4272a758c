"""Pods and workloads → rows. Pure."""

from __future__ import annotations

from functools import lru_cache
from sys import intern
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from backend.features.workloads.rows import IngressRow, MetadataRow, PodRow, ServiceRow, WorkloadRow
from integrations.concern import Concern
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.models.meta import Meta, Metadata, controller, seconds
from integrations.kubernetes.models.pods import Pod, PodSpec
from integrations.kubernetes.models.workloads import CronJob, Job
from integrations.kubernetes.summaries.deletion import hindrances, still_there
from integrations.kubernetes.summaries.images import image_name
from integrations.kubernetes.summaries.jobs import job_readiness
from integrations.kubernetes.summaries.pods import pod_summary
from integrations.kubernetes.summaries.requests import pod_requests
from integrations.kubernetes.summaries.since import pod_since, workload_since
from integrations.kubernetes.summaries.workload_health import WorkloadSummary
from integrations.kubernetes.summaries.workloads import workload_summary

__all__ = [
    "TERMINATING",
    "KnownOwner",
    "born",
    "key",
    "leaving",
    "metadata_row",
    "owner_of",
    "pod_row",
    "shared_labels",
    "workload_row",
]

L = TypeVar("L", WorkloadRow, ServiceRow, IngressRow)
TERMINATING: Final = "Terminating"
"""The state of what was told to go."""
_HASH = "pod-template-hash"
_APPS = "apps"


def key(cluster: str, meta: Meta) -> str:
    """``cluster/namespace/name``, or ``cluster/name`` without a namespace."""
    return "/".join(part for part in (cluster, meta.namespace, meta.name) if part)


def born(meta: Meta) -> float:
    """Creation in Unix seconds, 0 when it is not known."""
    return seconds(meta.creation_timestamp) or 0.0


def shared_labels(labels: dict[str, str]) -> dict[str, str]:
    """The same mapping object for equal labels: a deployment's pods hold one between them."""
    return _one_of(tuple(labels.items()))


@lru_cache(maxsize=16384)
def _one_of(items: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return dict(items)


@lru_cache(maxsize=16384)
def _images(images: tuple[str, ...]) -> tuple[str, ...]:
    return images


@lru_cache(maxsize=16384)
def _repositories(images: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(image_name(image).repository for image in images))


class KnownOwner(NamedTuple):
    """The workload a person knows; empty words where there is none. `uid` is empty where
    another object stands between."""

    kind: str = ""
    name: str = ""
    group: str = ""
    uid: str = ""


def owner_of(meta: Meta) -> KnownOwner:
    """The workload a person knows.

    A deployment names its replica sets after itself and the pods' template hash, so the
    deployment is known without looking the replica set up.
    """
    owner = controller(meta)
    if owner is None:
        return KnownOwner()
    suffix = "-" + meta.labels.get(_HASH, "")
    apps = owner.group == _APPS
    if apps and owner.kind == "ReplicaSet" and len(suffix) > 1 and owner.name.endswith(suffix):
        return KnownOwner("Deployment", owner.name.removesuffix(suffix), _APPS)
    return KnownOwner(owner.kind, owner.name, owner.group, owner.uid)


def pod_row(cluster: str, pod: Pod) -> PodRow:
    """The row of a pod; `simulated` is added where the nodes are known."""
    meta, spec, status = pod.metadata, pod.spec, pod.status
    words = pod_summary(pod)
    wanted = pod_requests(spec, status)
    owner = owner_of(meta)
    asked = _asked(spec)
    return PodRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=intern(meta.namespace),
        name=meta.name,
        status=intern(words.status),
        healthy=words.healthy,
        concern=words.concern,
        reason=words.reason,
        cause=intern(words.cause),
        ready=intern(f"{words.ready}/{words.containers}"),
        restarts=words.restarts,
        last_restart=words.last_restart,
        node=intern(spec.node_name),
        owner_kind=intern(owner.kind),
        owner=intern(owner.name),
        owner_group=intern(owner.group),
        owner_uid=intern(owner.uid),
        ip=status.pod_ip,
        images=_images(asked),
        digests=_images(_running(pod)),
        repositories=_repositories(asked),
        cpu=wanted.cpu,
        memory=wanted.memory,
        qos=intern(status.qos_class),
        simulated=False,
        created=born(meta),
        labels=shared_labels(meta.labels),
        since=None if words.healthy else pod_since(pod),
    )


def workload_row(cluster: str, plural: str, workload: Any) -> WorkloadRow:
    """The row of a workload, before its pods' trouble is told."""
    meta, spec = workload.metadata, workload.spec
    template = (spec.job_template.spec if isinstance(workload, CronJob) else spec).template
    words = workload_summary(workload)
    owner = controller(meta)
    row = WorkloadRow(
        key=f"{cluster}/{plural}/{meta.namespace}/{meta.name}",
        cluster=cluster,
        kind=KINDS[plural].kind,
        plural=plural,
        namespace=intern(meta.namespace),
        name=meta.name,
        status=words.health.value,
        healthy=words.healthy,
        concern=words.concern,
        reason=words.cause,
        cause="" if words.healthy else intern(words.kind),
        culprit="",
        readiness=_readiness(workload, words),
        desired=words.desired,
        ready=words.ready,
        updated=words.updated,
        images=_images(_asked(template.spec)),
        owner=owner.text if owner else "",
        created=born(meta),
        labels=shared_labels(meta.labels),
        uid=meta.uid,
        since=None if words.healthy else workload_since(workload),
    )
    return leaving(row, workload) if meta.deletion_timestamp is not None else row


def leaving(row: L, found: Any) -> L:
    """The row of an object that was told to go: that is its state, whatever else it is."""
    held = bool(hindrances(found, found.metadata))
    return msgspec.structs.replace(
        row,
        status=TERMINATING,
        healthy=not held,
        concern=Concern.WARNING if held else Concern.PROGRESS,
        reason=still_there(found, found.metadata),
    )


def _readiness(workload: Any, words: WorkloadSummary) -> str:
    """Ready of desired, of a job done of wanted; a cron job and what is scaled to zero want
    none."""
    if isinstance(workload, Job):
        return intern(job_readiness(workload))
    return intern(f"{words.ready}/{words.desired}") if words.desired else ""


def metadata_row(cluster: str, found: Metadata) -> MetadataRow:
    """The row of an object of which only the metadata is read."""
    meta = found.metadata
    owner = controller(meta)
    return MetadataRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=intern(meta.namespace),
        name=meta.name,
        owner=owner.text if owner else "",
        created=born(meta),
        labels=shared_labels(meta.labels),
        reason=still_there(found, meta),
    )


def _asked(spec: PodSpec) -> tuple[str, ...]:
    found = [c.image for c in spec.containers]
    if spec.init_containers:
        found += [c.image for c in spec.init_containers]
    return tuple(dict.fromkeys(filter(None, found)))


def _running(pod: Pod) -> tuple[str, ...]:
    found = (c.image_id.rpartition("@")[2] for c in pod.status.container_statuses if c.image_id)
    return tuple(dict.fromkeys(digest for digest in found if ":" in digest))
