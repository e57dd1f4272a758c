"""A pod's containers as a terminal sees them: which run, and which one is meant unless told."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from backend.errors import Conflict, NotFoundProblem

__all__ = ["TerminalContainer", "containers_in", "default_of", "ended_with", "running"]

_DEFAULT: Final = "kubectl.kubernetes.io/default-container"
_LISTS: Final[tuple[tuple[Literal["container", "init", "debug"], str, str], ...]] = (
    ("container", "containers", "containerStatuses"),
    ("init", "initContainers", "initContainerStatuses"),
    ("debug", "ephemeralContainers", "ephemeralContainerStatuses"),
)


class TerminalContainer(BaseModel):
    """A container; `why` says why it does not run, `ended` whether it did once. `target` is whose
    processes a debug container sees."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    name: str
    image: str
    role: Literal["container", "init", "debug"]
    running: bool
    ended: bool = False
    why: str = ""
    target: str = ""


def containers_in(pod: dict[str, Any]) -> list[TerminalContainer]:
    """All of them, as the pod lists them: its own first, debug containers last."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    found = []
    for role, asked, told in _LISTS:
        states = {one.get("name"): one.get("state") or {} for one in status.get(told) or []}
        for one in spec.get(asked) or []:
            state = states.get(one["name"], {})
            found.append(
                TerminalContainer(
                    name=one["name"],
                    image=str(one.get("image") or ""),
                    role=role,
                    running="running" in state,
                    ended="terminated" in state,
                    why=_why(state),
                    target=str(one.get("targetContainerName") or ""),
                )
            )
    return found


def default_of(pod: dict[str, Any], containers: list[TerminalContainer]) -> str:
    """The one that its annotation names, else the first."""
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    named = annotations.get(_DEFAULT, "")
    names = [one.name for one in containers]
    return named if named in names else names[0] if names else ""


def running(pod: dict[str, Any], name: str) -> TerminalContainer:
    """The container of that name; `Conflict` where it does not run."""
    found = next((one for one in containers_in(pod) if one.name == name), None)
    if found is None:
        raise NotFoundProblem(f"This pod has no container called {name}.")
    if not found.running:
        raise Conflict(f"The container {name} does not run: {found.why}.")
    return found


def ended_with(pod: dict[str, Any], name: str, before: dict[str, Any]) -> int | None:
    """The code that a container ended with since `before` was read; None: it has not."""
    now, then = _status(pod, name), _status(before, name)
    states = [now.get("state") or {}]
    if (now.get("restartCount") or 0) > (then.get("restartCount") or 0):
        states.append(now.get("lastState") or {})
    for state in states:
        if "terminated" in state:
            return int((state["terminated"] or {}).get("exitCode") or 0)
    return None


def _status(pod: dict[str, Any], name: str) -> dict[str, Any]:
    status = pod.get("status") or {}
    for _, _, told in _LISTS:
        for one in status.get(told) or []:
            if one.get("name") == name:
                return dict(one)
    return {}


def _why(state: dict[str, Any]) -> str:
    if "running" in state:
        return ""
    waiting, terminated = state.get("waiting"), state.get("terminated")
    if waiting:
        message = f" ({waiting['message']})" if waiting.get("message") else ""
        reason = waiting.get("reason") or "nothing is known yet"
        return f"it waits to start: {reason}{message}"[:500]
    if terminated:
        reason = terminated.get("reason") or "it ended"
        return f"it ended with code {terminated.get('exitCode', 0)} ({reason})"
    return "it was not started yet"
