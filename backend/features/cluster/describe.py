"""What a detail page says of an object that was read: status, sentence, facts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from backend.features.cluster.describe_network import describe_ingress, describe_service
from backend.features.cluster.pod_resources import resource_facts
from backend.features.cluster.words import StatusSummary
from integrations.kubernetes.models import core, network, pods, storage, workloads
from integrations.kubernetes.models.meta import Metadata, seconds
from integrations.kubernetes.summaries.jobs import is_queue
from integrations.kubernetes.summaries.nodes import (
    network_facts,
    node_summary,
    roles_of,
    taint_text,
)
from integrations.kubernetes.summaries.pods import pod_summary
from integrations.kubernetes.summaries.workloads import workload_summary
from integrations.kubernetes.versions import version_order

__all__ = ["describe"]


def describe(found: Any) -> StatusSummary:
    """The words for any model of `integrations.kubernetes.models`."""
    make = _WORDS.get(type(found))
    if make is not None:
        return make(found)
    if type(found) in _WORKLOADS:
        words = workload_summary(found)
        return StatusSummary(
            words.health.value, words.healthy, words.reason, tuple(_workload_facts(found))
        )
    if isinstance(found, Metadata):
        return StatusSummary("", None, "Only its metadata is read")
    return StatusSummary("", None, "")


def _pod(pod: pods.Pod) -> StatusSummary:
    words = pod_summary(pod)
    well = f"{words.ready} of {words.containers} containers ready on {pod.spec.node_name}"
    if words.status in {"Completed", "Succeeded"}:
        well = "Has done its work"
    return StatusSummary(
        words.status,
        words.healthy,
        words.reason or well,
        (
            ("Machine", pod.spec.node_name),
            ("IP", pod.status.pod_ip),
            ("Quality of service", pod.status.qos_class),
            ("Service account", pod.spec.service_account_name),
            ("Priority class", pod.spec.priority_class_name),
            ("Restarts", str(words.restarts) if words.restarts else ""),
            *resource_facts(pod),
        ),
    )


def _node(node: core.Node) -> StatusSummary:
    words, info = node_summary(node), node.status.node_info
    return StatusSummary(
        words.status,
        words.healthy,
        words.reason or "Ready and taking pods",
        (
            ("Roles", ", ".join(roles_of(node))),
            ("Operating system", info.os_image),
            ("Kernel", info.kernel_version),
            ("Kubelet", info.kubelet_version),
            ("Runtime", info.container_runtime_version.replace("://", " ")),
            ("Architecture", info.architecture),
            ("Machine id", info.machine_id),
            ("Pod network", node.spec.pod_cidr),
            *network_facts(node),
            ("Provider id", node.spec.provider_id),
            *((f"Address ({a.type})", a.address) for a in node.status.addresses),
            *(("Taint", taint_text(t)) for t in node.spec.taints),
            *(
                (f"Allocatable {name}", amount)
                for name, amount in node.status.allocatable.items()
                if name not in {"cpu", "memory", "pods"}
            ),
        ),
    )


def _volume(volume: storage.PersistentVolume) -> StatusSummary:
    claim, status = volume.spec.claim_ref, volume.status
    bound = f"Holds the data of {claim.namespace}/{claim.name}" if claim else "Is not claimed"
    return StatusSummary(
        status.phase,
        status.phase != "Failed",
        status.message or bound,
        (
            ("Capacity", volume.spec.capacity.get("storage", "")),
            ("Storage class", volume.spec.storage_class_name),
            ("Driver", volume.spec.source.driver),
            ("Handle", volume.spec.source.handle),
            ("Mount options", ", ".join(volume.spec.mount_options)),
            ("Access modes", ", ".join(volume.spec.access_modes)),
            ("When released", volume.spec.persistent_volume_reclaim_policy),
        ),
    )


def _claim(claim: storage.PersistentVolumeClaim) -> StatusSummary:
    phase, volume = claim.status.phase, claim.spec.volume_name
    sentence = {
        "Bound": f"Bound to volume {volume}",
        "Pending": f"Waits for volume {volume}, which it names" if volume else "Waits for a volume",
        "Lost": f"Its volume {volume} is gone",
    }
    return StatusSummary(
        phase,
        phase == "Bound",
        sentence.get(phase, ""),
        (
            ("Requested", claim.spec.resources.requests.get("storage", "")),
            ("Capacity", claim.status.capacity.get("storage", "")),
            ("Storage class", claim.spec.storage_class_name),
            ("Access modes", ", ".join(claim.spec.access_modes)),
        ),
    )


def _namespace(namespace: core.Namespace) -> StatusSummary:
    phase = namespace.status.phase
    stuck = "; ".join(c.message for c in namespace.status.conditions if c.status == "True")
    return StatusSummary(
        phase, phase == "Active", stuck or ("" if phase == "Active" else "Is being deleted")
    )


def _definition(found: core.CustomResourceDefinition) -> StatusSummary:
    spec = found.spec
    wrong = [c for c in found.status.conditions if c.type == "Established" and c.status != "True"]
    served = [version for version in spec.versions if version.served]
    shown = min(served, key=lambda version: version_order(version.name), default=None)
    scale = shown.subresources.scale if shown else None
    columns = ", ".join(c.name for c in shown.additional_printer_columns) if shown else ""
    return StatusSummary(
        "NotEstablished" if wrong else "Established",
        not wrong,
        wrong[0].message if wrong else f"Adds the kind {spec.names.kind}",
        (
            ("Kind", spec.names.kind),
            ("Group", spec.group),
            ("Scope", spec.scope),
            ("Versions", ", ".join(version.text for version in spec.versions)),
            ("Prints", columns),
            ("Can be scaled by", scale.spec_replicas_path if scale else ""),
            ("Short names", ", ".join(spec.names.short_names)),
        ),
    )


def _lease(lease: core.Lease) -> StatusSummary:
    holder = lease.spec.holder_identity
    return StatusSummary("", None, f"Held by {holder}" if holder else "Held by nobody")


def _moment(at: datetime | None) -> str:
    """A time as the API writes it, whenever that is; empty for none."""
    known = at is not None and seconds(at) is not None
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at and known else ""


def _next_run(job: workloads.CronJob) -> str:
    """When its schedule is due next, by its time zone (UTC unless it names one); empty for a
    schedule that cannot be read, and a word for one that is suspended."""
    spec = job.spec
    if spec.suspend:
        return "None: it is suspended"
    try:
        moment = datetime.now(UTC).astimezone(ZoneInfo(spec.time_zone or "UTC"))
        return _moment(next(CronSim(_MACROS.get(spec.schedule, spec.schedule), moment)))
    except (CronSimError, StopIteration, ZoneInfoNotFoundError, ValueError):
        return ""


_MACROS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""Words for schedules that Kubernetes takes (robfig/cron)."""


def _workload_facts(found: Any) -> Iterable[tuple[str, str]]:
    if isinstance(found, workloads.CronJob):
        yield ("Schedule", found.spec.schedule)
        yield ("Time zone", found.spec.time_zone)
        yield ("When runs overlap", found.spec.concurrency_policy)
        yield ("Runs now", ", ".join(job.name for job in found.status.active))
        yield ("Next run", _next_run(found))
        yield ("Last run", _moment(found.status.last_schedule_time))
        yield ("Last success", _moment(found.status.last_successful_time))
        return
    if isinstance(found, workloads.Job):
        done, wanted = found.status.succeeded, workload_summary(found).desired
        yield ("Succeeded", str(done) if is_queue(found) else f"{done} of {wanted}")
        yield ("Completed indexes", found.status.completed_indexes)
        yield ("Failed indexes", found.status.failed_indexes)
        yield ("Failed attempts", str(found.status.failed) if found.status.failed else "")
        yield (
            "Pods at a time",
            "" if found.spec.parallelism is None else str(found.spec.parallelism),
        )
        yield ("Started", _moment(found.status.start_time))
        yield ("Completed", _moment(found.status.completion_time))
        return
    words = workload_summary(found)
    yield ("Desired", str(words.desired))
    yield ("Ready", str(words.ready))
    yield ("Updated", str(words.updated))


_WORKLOADS: Final = frozenset(
    {
        workloads.CronJob,
        workloads.DaemonSet,
        workloads.Deployment,
        workloads.Job,
        workloads.ReplicaSet,
        workloads.StatefulSet,
    }
)
_WORDS: Final[dict[type[Any], Callable[[Any], StatusSummary]]] = {
    pods.Pod: _pod,
    core.Node: _node,
    network.Service: describe_service,
    network.Ingress: describe_ingress,
    core.Namespace: _namespace,
    core.CustomResourceDefinition: _definition,
    core.Lease: _lease,
    storage.PersistentVolume: _volume,
    storage.PersistentVolumeClaim: _claim,
}
