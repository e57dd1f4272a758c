"""Why a pod is as it is, in one sentence without jargon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from integrations.kubernetes.models.pods import ContainerStatus, Pod, Terminated

__all__ = ["reason_of"]

_LIMIT: Final = 240


def reason_of(pod: Pod, status: str, *, healthy: bool) -> str:
    """A sentence for a pod whose status word is `status`; empty where none is needed."""
    if status == "Terminating":
        return "Is being deleted"
    if healthy:
        return ""
    return _cut(_sentence(pod, status))


def _sentence(pod: Pod, status: str) -> str:
    word = status.removeprefix("Init:")
    known = _SENTENCES.get(word)
    if known is not None:
        return known(pod, word)
    if status.startswith("Init:"):
        return _initialising(pod, word)
    if pod.status.message:
        return pod.status.message.strip().rstrip(".")
    return _ended(pod, status)


def _starting(pod: Pod, word: str) -> str:
    if word == "Pending" and not pod.spec.node_name:
        return _not_placed(pod)
    return f"Is being started on {pod.spec.node_name}"


def _unknown(pod: Pod, _word: str) -> str:
    return f"Its node {pod.spec.node_name} does not answer"


def _gated(pod: Pod, _word: str) -> str:
    gates = ", ".join(gate.name for gate in pod.spec.scheduling_gates)
    return f"Is held back by a scheduling gate: {gates}"


def _not_placed(pod: Pod) -> str:
    for condition in pod.status.conditions:
        if condition.type == "PodScheduled" and condition.status == "False":
            why = condition.message or condition.reason
            return f"No node can take it: {_first_sentence(why)}" if why else "Waits for a node"
    return "Waits for a node"


def _not_pulled(pod: Pod, word: str) -> str:
    for container in _all(pod):
        waiting = container.state.waiting
        if waiting is not None and waiting.reason == word:
            image = container.image or next(
                (c.image for c in pod.spec.containers if c.name == container.name), ""
            )
            why = f": {_first_sentence(waiting.message)}" if waiting.message else ""
            return f"The image {image} cannot be pulled{why}"
    return "An image cannot be pulled"


def _not_started(pod: Pod, word: str) -> str:
    for container in _all(pod):
        waiting = container.state.waiting
        if waiting is not None and waiting.reason == word:
            why = f": {waiting.message}" if waiting.message else ""
            return f"Container {container.name} cannot be started{why}"
    return "A container cannot be started"


def _crashing(pod: Pod, _word: str) -> str:
    for container in _all(pod):
        waiting = container.state.waiting
        if waiting is not None and waiting.reason == "CrashLoopBackOff":
            ended = container.last_state.terminated
            why = f": it {_how(ended)}" if ended else ""
            times = container.restart_count
            again = f", {times} restart{'s' if times != 1 else ''} so far" if times else ""
            return f"Container {container.name} keeps crashing{why}{again}"
    return "A container keeps crashing"


def _initialising(pod: Pod, word: str) -> str:
    for container in pod.status.init_container_statuses:
        ended = container.state.terminated
        if ended is not None and ended.exit_code != 0:
            return f"Init container {container.name} failed: it {_how(ended)}"
        if ended is None and not (container.started and container.ready):
            return f"Waits for init container {container.name}"
    return f"Waits for its init containers ({word})"


def _not_ready(pod: Pod, _word: str) -> str:
    names = [c.name for c in pod.status.container_statuses if not c.ready]
    for container in pod.status.container_statuses:
        ended = container.state.terminated
        if ended is not None:
            return f"Container {container.name} {_how(ended)}"
    if len(names) == 1:
        return f"Container {names[0]} runs but is not ready: its readiness probe does not pass"
    return f"Containers {', '.join(names)} are not ready" if names else "Is not ready"


def _ended(pod: Pod, status: str) -> str:
    for container in _all(pod):
        ended = container.state.terminated
        if ended is not None and (ended.exit_code or ended.signal):
            return f"Container {container.name} {_how(ended)}"
    return f"Its state is {status}"


def _how(ended: Terminated) -> str:
    if ended.reason == "OOMKilled":
        return "ran out of memory and was killed"
    if ended.signal:
        return f"was ended by signal {ended.signal}"
    why = f" ({_first_sentence(ended.message)})" if ended.message else ""
    return f"ended with exit code {ended.exit_code}{why}"


def _all(pod: Pod) -> Iterator[ContainerStatus]:
    yield from pod.status.init_container_statuses
    yield from pod.status.container_statuses


def _first_sentence(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line.split(". ")[0].rstrip(".")


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LIMIT else flat[: _LIMIT - 1] + "…"


_SENTENCES: Final[dict[str, Callable[[Pod, str], str]]] = {
    "CrashLoopBackOff": _crashing,
    "ImagePullBackOff": _not_pulled,
    "ErrImagePull": _not_pulled,
    "InvalidImageName": _not_pulled,
    "CreateContainerConfigError": _not_started,
    "CreateContainerError": _not_started,
    "RunContainerError": _not_started,
    "PostStartHookError": _not_started,
    "ContainerCreating": _starting,
    "PodInitializing": _starting,
    "Pending": _starting,
    "Running": _not_ready,
    "NotReady": _not_ready,
    "Unknown": _unknown,
    "NodeLost": _unknown,
    "SchedulingGated": _gated,
}
