"""Containers of a pod, or of the template of a workload, for the detail page. Pure."""

from __future__ import annotations

from typing import Any

from backend.features.cluster.schemas import ContainerView
from integrations.kubernetes.models import workloads
from integrations.kubernetes.models.meta import seconds
from integrations.kubernetes.models.pods import (
    Container,
    ContainerState,
    ContainerStatus,
    Pod,
    PodSpec,
)

__all__ = ["containers_of"]


def containers_of(found: Any) -> list[ContainerView]:
    """Empty for what runs no containers."""
    spec = _spec(found)
    if spec is None:
        return []
    known: dict[str, ContainerStatus] = {}
    if isinstance(found, Pod):
        listed = (*found.status.init_container_statuses, *found.status.container_statuses)
        known = {status.name: status for status in listed}
    init = [
        _view(c, "sidecar" if c.restart_policy == "Always" else "init", known.get(c.name))
        for c in spec.init_containers
    ]
    return init + [_view(c, "container", known.get(c.name)) for c in spec.containers]


def _spec(found: Any) -> PodSpec | None:
    if isinstance(found, Pod):
        return found.spec
    if isinstance(found, workloads.CronJob):
        return found.spec.job_template.spec.template.spec
    template = getattr(getattr(found, "spec", None), "template", None)
    return template.spec if template is not None else None


def _view(container: Container, role: str, status: ContainerStatus | None) -> ContainerView:
    status = status or ContainerStatus()
    state, reason, since = _state(status.state)
    last, why, _ = _state(status.last_state)
    return ContainerView(
        name=container.name,
        role=role,
        image=container.image or status.image,
        digest=status.image_id.rpartition("@")[2],
        state=state,
        reason=reason,
        since=since,
        last_state=f"{last}: {why}" if why else last,
        ready=status.ready,
        restarts=status.restart_count,
        requests=container.resources.requests,
        limits=container.resources.limits,
    )


def _state(state: ContainerState) -> tuple[str, str, float | None]:
    if state.running is not None:
        return ("running", "", seconds(state.running.started_at))
    if state.terminated is not None:
        ended = state.terminated
        code = f"signal {ended.signal}" if ended.signal else f"exit code {ended.exit_code}"
        why = ", ".join(filter(None, (ended.reason, code, ended.message)))
        return ("terminated", why, seconds(ended.finished_at))
    if state.waiting is not None:
        why = ": ".join(filter(None, (state.waiting.reason, state.waiting.message)))
        return ("waiting", why, None)
    return ("", "", None)
