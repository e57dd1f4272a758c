"""Why a pod is as it is: the cause first, in one sentence without jargon."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from integrations.concern import Concern
from integrations.kubernetes.models.pods import ContainerStatus, Pod, Terminated
from integrations.kubernetes.summaries.scheduling import misfits

__all__ = ["MACHINE_SILENT", "PodReason", "reason_of"]

MACHINE_SILENT: Final = "Machine does not answer"
_LIMIT: Final = 240
_MESSAGE: Final = 120
_AVAILABLE: Final = re.compile(r"^0/(\d+) nodes are available: ")


class PodReason(NamedTuple):
    """The sentence, the kind of cause that other pods may share, and how bad it is. Both texts
    are empty where there is nothing to explain."""

    text: str = ""
    cause: str = ""
    concern: Concern = Concern.FINE


def reason_of(pod: Pod, status: str, *, healthy: bool) -> PodReason:
    """Of a pod whose status word is `status`."""
    if status == "Terminating":
        return PodReason("Is being deleted", "Is being deleted", Concern.PROGRESS)
    if healthy:
        return PodReason()
    found = _found(pod, status)
    return found._replace(text=_cut(found.text))


def _found(pod: Pod, status: str) -> PodReason:
    word = status.removeprefix("Init:")
    known = _BY_WORD.get(word)
    if known is not None:
        return known(pod, word)
    if status.startswith("Init:"):
        return _initialising(pod, word)
    if pod.status.message:
        text = pod.status.message.strip().rstrip(".")
        return PodReason(text, status, Concern.ERROR)
    return _ended(pod, status)


def _starting(pod: Pod, word: str) -> PodReason:
    if word == "Pending" and not pod.spec.node_name:
        return _not_placed(pod)
    return PodReason(f"Starts on {pod.spec.node_name}", "Starts", Concern.PROGRESS)


def _unknown(pod: Pod, _word: str) -> PodReason:
    text = f"Its machine {pod.spec.node_name} does not answer"
    return PodReason(text, MACHINE_SILENT, Concern.ERROR)


def _gated(pod: Pod, _word: str) -> PodReason:
    gates = ", ".join(gate.name for gate in pod.spec.scheduling_gates)
    return PodReason(f"Held back by a scheduling gate: {gates}", "Held by a gate", Concern.WARNING)


def _not_placed(pod: Pod) -> PodReason:
    for condition in pod.status.conditions:
        if condition.type == "PodScheduled" and condition.status == "False":
            why = _first_sentence(condition.message or condition.reason)
            fits = _AVAILABLE.match(why)
            why = misfits(why[fits.end() :]) if fits else why
            start = f"None of {fits[1]} machines fits" if fits else "No machine fits"
            return PodReason(f"{start}: {why}", "No machine fits", Concern.ERROR)
    return PodReason(
        "Waits for the scheduler, which has not looked at it yet",
        "Waits for the scheduler",
        Concern.WARNING,
    )


def _not_pulled(pod: Pod, word: str) -> PodReason:
    text = "An image cannot be pulled"
    for container in _all(pod):
        waiting = container.state.waiting
        if waiting is not None and waiting.reason == word:
            image = container.image or next(
                (c.image for c in pod.spec.containers if c.name == container.name), ""
            )
            text = f"Image {image} cannot be pulled{_why(waiting.message)}"
            break
    return PodReason(text, "Image cannot be pulled", Concern.ERROR)


def _not_started(pod: Pod, word: str) -> PodReason:
    text = "A container cannot be started"
    for container in _all(pod):
        waiting = container.state.waiting
        if waiting is not None and waiting.reason == word:
            why = f": {waiting.message}" if waiting.message else ""
            text = f"Cannot be started{why}{_in(pod, container)}"
            break
    return PodReason(text, "Container cannot be started", Concern.ERROR)


def _crashing(pod: Pod, _word: str) -> PodReason:
    for container in _all(pod):
        waiting = container.state.waiting
        if waiting is not None and waiting.reason == "CrashLoopBackOff":
            ended = container.last_state.terminated
            times = container.restart_count
            again = f", {times} restart{'s' if times != 1 else ''}" if times else ""
            how = _exits(ended) if ended else "Keeps crashing"
            said = _why(ended.message if ended else "")
            cause = "Runs out of memory" if how == "Runs out of memory" else "Keeps crashing"
            return PodReason(f"{how}{again}{said}{_in(pod, container)}", cause, Concern.ERROR)
    return PodReason("Keeps crashing", "Keeps crashing", Concern.ERROR)


def _initialising(pod: Pod, word: str) -> PodReason:
    for container in pod.status.init_container_statuses:
        ended = container.state.terminated
        if ended is not None and ended.exit_code != 0:
            text = f"Init container {container.name}: {_exits(ended).lower()}{_why(ended.message)}"
            return PodReason(text, "Init container fails", Concern.ERROR)
        if ended is None and not (container.started and container.ready):
            text = f"Waits for init container {container.name}"
            return PodReason(text, "Waits for init containers", Concern.PROGRESS)
    text = f"Waits for its init containers ({word})"
    return PodReason(text, "Waits for init containers", Concern.PROGRESS)


def _not_ready(pod: Pod, _word: str) -> PodReason:
    lasting = [*_sidecars(pod), *pod.status.container_statuses]
    for container in lasting:
        if container.state.terminated is not None:
            return _stopped(pod, container, container.state.terminated)
    names = [c.name for c in lasting if not c.ready]
    if not names and pod.status.container_statuses:
        return _marked(pod)
    whose = f" of {names[0]}" if len(lasting) > 1 and names else ""
    text = f"Readiness probe{whose} does not pass"
    if len(names) > 1:
        text = f"Containers {', '.join(names)} are not ready"
    return PodReason(text if names else "Is not ready", "Not ready", Concern.WARNING)


def _sidecars(pod: Pod) -> list[ContainerStatus]:
    """Restartable init containers: they run as long as the others and count for readiness."""
    names = {c.name for c in pod.spec.init_containers if c.restart_policy == "Always"}
    return [c for c in pod.status.init_container_statuses if c.name in names]


def _marked(pod: Pod) -> PodReason:
    """Every container is ready and the pod is not: a gate, or its machine went silent."""
    ready = next((c for c in pod.status.conditions if c.type == "Ready"), None)
    if ready is not None and ready.reason:
        text = _first_sentence(ready.message) or ready.reason
        return PodReason(text, "Held by a readiness gate", Concern.WARNING)
    return _unknown(pod, "")


def _ended(pod: Pod, status: str) -> PodReason:
    for container in _all(pod):
        ended = container.state.terminated
        if ended is not None and (ended.exit_code or ended.signal):
            return _stopped(pod, container, ended)
    return PodReason(f"Its state is {status}", status, Concern.ERROR)


def _stopped(pod: Pod, container: ContainerStatus, ended: Terminated) -> PodReason:
    how = "Ran out of memory" if ended.reason == "OOMKilled" else f"Ended with {_code(ended)}"
    cause = how if ended.reason == "OOMKilled" else "Ended"
    text = f"{how}{_why(ended.message)}{_in(pod, container)}"
    return PodReason(text, cause, Concern.ERROR if ended.exit_code else Concern.WARNING)


def _exits(ended: Terminated) -> str:
    return "Runs out of memory" if ended.reason == "OOMKilled" else f"Exits with {_code(ended)}"


def _code(ended: Terminated) -> str:
    return f"signal {ended.signal}" if ended.signal else f"code {ended.exit_code}"


def _in(pod: Pod, container: ContainerStatus) -> str:
    """Which container, where there are several to choose from."""
    several = len(pod.spec.containers) + len(pod.spec.init_containers) > 1
    return f" ({container.name})" if several else ""


def _why(message: str) -> str:
    """What was said, without kubelet's own "Back-off pulling image": that is the status."""
    said = _first_sentence(message)
    if said.startswith("Back-off pulling image"):
        said = said.partition('": ')[2]
    if said.startswith("back-off "):
        return ""
    said = said if len(said) <= _MESSAGE else said[: _MESSAGE - 1] + "…"
    return f": {said}" if said else ""


def _all(pod: Pod) -> Iterator[ContainerStatus]:
    yield from pod.status.init_container_statuses
    yield from pod.status.container_statuses


def _first_sentence(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line.split(". ")[0].rstrip(".")


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LIMIT else flat[: _LIMIT - 1] + "…"


_BY_WORD: Final[dict[str, Callable[[Pod, str], PodReason]]] = {
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
