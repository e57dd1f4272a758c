"""KWOK stages: how simulated nodes and pods behave.

Pods choose their behaviour by the annotation `simulated.craton/behaviour`:

- none: becomes ready; a Job's pod completes after a while
- `fail`: runs for a while, then ends with an error (for a Job's pod)
- `run`: runs and never completes (for a Job's pod)
- `crash-loop`: runs for seconds, waits in CrashLoopBackOff, runs again, …
- `waiting`: its container waits for `simulated.craton/reason` with `…/message`
- `not-ready`: runs, its readiness probe fails
- `init-stuck`: its first init container never ends
- `evicted`: fails at once as Evicted
- `hold`: stays Terminating when deleted

`simulated.craton/exit-code` and `…/exit-reason` say how a container ends,
`image-id.simulated.craton/<container>` which digest its image resolved to.
Nodes: `simulated.craton/condition` is `not-ready` or `disk-pressure`.
"""

from typing import Any

PREFIX = "simulated.craton"

BEHAVIOUR = f'.metadata.annotations["{PREFIX}/behaviour"]'
CONDITION = f'.metadata.annotations["{PREFIX}/condition"]'
READY_REASON = '.status.conditions.[] | select(.type == "Ready") | .reason'
RUNNING_SINCE = ".status.containerStatuses.[].state.running.startedAt"
WAITING_REASON = ".status.containerStatuses.[].state.waiting.reason"

Selector = dict[str, Any]


def _is(key: str, *values: str) -> Selector:
    return {"key": key, "operator": "In", "values": list(values)}


def _is_not(key: str, *values: str) -> Selector:
    return {"key": key, "operator": "NotIn", "values": list(values)}


def _absent(key: str) -> Selector:
    return {"key": key, "operator": "DoesNotExist"}


def _present(key: str) -> Selector:
    return {"key": key, "operator": "Exists"}


ALIVE = _absent(".metadata.deletionTimestamp")
UNSTARTED = _absent(".status.podIP")

PRELUDE = f"""\
{{{{ $now := Now }}}}
{{{{ $notes := or .metadata.annotations dict }}}}
{{{{ $status := .status }}}}
{{{{ $reason := or (index $notes "{PREFIX}/reason") "ContainerCreating" }}}}
{{{{ $message := or (index $notes "{PREFIX}/message") "" }}}}
{{{{ $exitCode := or (index $notes "{PREFIX}/exit-code") "1" }}}}
{{{{ $exitReason := or (index $notes "{PREFIX}/exit-reason") "Error" }}}}
"""

ADDRESSES = """\
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "")
  (or .metadata.name "") (or .metadata.namespace "") | Quote }}
startTime: {{ $now | Quote }}
"""

INITS_DONE = """\
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ or (index $notes (printf "image-id.simulated.craton/%s" .name)) "" | Quote }}
  ready: true
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed,
    startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
{{ end }}
"""


def _conditions(**states: str) -> str:
    lines = ["conditions:"]
    for kind, state in states.items():
        lines.append(
            f'- {{type: {kind}, status: "{state}", lastTransitionTime: {{{{ $now | Quote }}}}}}'
        )
    return "\n".join(lines) + "\n"


def _containers(state: str, *, ready: bool, restarts: str = "0", last: str = "") -> str:
    more = f"\n  lastState: {last}" if last else ""
    return f"""\
containerStatuses:
{{{{ range $index, $item := .spec.containers }}}}
{{{{ $restarts := 0 }}}}
{{{{ if $status.containerStatuses }}}}
{{{{ $restarts = (index $status.containerStatuses $index).restartCount }}}}
{{{{ end }}}}
- name: {{{{ $item.name | Quote }}}}
  image: {{{{ $item.image | Quote }}}}
  imageID: {{{{ or (index $notes (printf "image-id.{PREFIX}/%s" $item.name)) "" | Quote }}}}
  ready: {str(ready).lower()}
  started: {str(ready).lower()}
  restartCount: {restarts}
  state: {state}{more}
{{{{ end }}}}
"""


RUNNING = "{running: {startedAt: {{ $now | Quote }}}}"
KEEP_COUNT = "{{ $restarts }}"
ONE_MORE = "{{ add (int $restarts) 1 }}"


def _terminated(code: str, reason: str) -> str:
    return (
        f"{{terminated: {{exitCode: {code}, reason: {reason}, "
        "startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}"
    )


def _waiting(reason: str, message: str) -> str:
    return f"{{waiting: {{reason: {reason}, message: {message}}}}}"


CRASHED = _terminated("{{ $exitCode }}", "{{ $exitReason }}")
BACK_OFF = _waiting("CrashLoopBackOff", '"back-off 5m0s restarting failed container"')

UP = {"Initialized": "True", "Ready": "True", "ContainersReady": "True"}
UP_NOT_READY = {"Initialized": "True", "Ready": "False", "ContainersReady": "False"}
NOT_INITIALISED = {"Initialized": "False", "Ready": "False", "ContainersReady": "False"}


def _stage(
    name: str,
    kind: str,
    selectors: list[Selector],
    next_: dict[str, Any],
    delay: tuple[int, int] | None = None,
) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "resourceRef": {"apiGroup": "v1", "kind": kind},
        "selector": {"matchExpressions": selectors},
        "next": next_,
    }
    if delay:
        spec["delay"] = {
            "durationMilliseconds": delay[0],
            "jitterDurationMilliseconds": delay[1],
        }
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": spec,
    }


def _event(kind: str, reason: str, message: str) -> dict[str, str]:
    return {"type": kind, "reason": reason, "message": message}


def _pod(
    name: str,
    selectors: list[Selector],
    status: str,
    delay: tuple[int, int] | None = None,
    event: dict[str, str] | None = None,
) -> dict[str, Any]:
    next_: dict[str, Any] = {"statusTemplate": PRELUDE + status}
    if event:
        next_["event"] = event
    return _stage(name, "Pod", [ALIVE, *selectors], next_, delay)


NODE_STATUS = f"""\
{{{{ $now := Now }}}}
{{{{ $want := or (index (or .metadata.annotations dict) "{PREFIX}/condition") "" }}}}
conditions:
{{{{ range NodeConditions }}}}
{{{{ $status := .status }}}}{{{{ $reason := .reason }}}}{{{{ $message := .message }}}}
{{{{ if and (eq $want "not-ready") (eq .type "Ready") }}}}
{{{{ $status = "False" }}}}{{{{ $reason = "KubeletNotReady" }}}}
{{{{ $message = "container runtime network not ready: cni plugin not initialized" }}}}
{{{{ end }}}}
{{{{ if and (eq $want "disk-pressure") (eq .type "DiskPressure") }}}}
{{{{ $status = "True" }}}}{{{{ $reason = "KubeletHasDiskPressure" }}}}
{{{{ $message = "kubelet has disk pressure" }}}}
{{{{ end }}}}
- type: {{{{ .type | Quote }}}}
  status: {{{{ $status | Quote }}}}
  reason: {{{{ $reason | Quote }}}}
  message: {{{{ $message | Quote }}}}
  lastHeartbeatTime: {{{{ $now | Quote }}}}
  lastTransitionTime: {{{{ $now | Quote }}}}
{{{{ end }}}}
"""


def _node_stages() -> list[dict[str, Any]]:
    selectors = [_is_not(READY_REASON, "KubeletReady", "KubeletNotReady")]
    return [_stage("node-initialize", "Node", selectors, {"statusTemplate": NODE_STATUS})]


def _life() -> list[dict[str, Any]]:
    run = ADDRESSES + INITS_DONE + "phase: Running\n"
    ready = _conditions(**UP) + _containers(RUNNING, ready=True) + run
    job = _is(".metadata.ownerReferences.[].kind", "Job")
    running = _is(".status.phase", "Running")
    done = _conditions(**UP_NOT_READY) + _containers(_terminated("0", "Completed"), ready=False)
    failed = _conditions(**UP_NOT_READY) + _containers(CRASHED, ready=False)
    remove = {"finalizers": {"empty": True}, "delete": True}
    return [
        _pod(
            "pod-ready",
            [UNSTARTED, _is_not(BEHAVIOUR, *SPECIAL)],
            ready,
            (300, 2000),
            _event("Normal", "Started", "Started containers"),
        ),
        _pod(
            "pod-complete",
            [job, running, _absent(BEHAVIOUR)],
            done + "phase: Succeeded\n",
            (5000, 25000),
        ),
        _pod(
            "pod-fail", [running, _is(BEHAVIOUR, "fail")], failed + "phase: Failed\n", (4000, 9000)
        ),
        _stage(
            "pod-delete",
            "Pod",
            [_present(".metadata.deletionTimestamp"), _is_not(BEHAVIOUR, "hold")],
            remove,
            (300, 1500),
        ),
    ]


SPECIAL = ("crash-loop", "waiting", "not-ready", "init-stuck", "evicted")


def _crash_loop() -> list[dict[str, Any]]:
    looping = _is(BEHAVIOUR, "crash-loop")
    not_ready = _conditions(**UP_NOT_READY)
    start = _containers(RUNNING, ready=False) + ADDRESSES + INITS_DONE + "phase: Running\n"
    crashed = _containers(BACK_OFF, ready=False, restarts=ONE_MORE, last=CRASHED)
    again = _containers(RUNNING, ready=False, restarts=KEEP_COUNT, last=CRASHED)
    return [
        _pod("pod-crash-start", [looping, UNSTARTED], not_ready + start),
        _pod(
            "pod-crash",
            [looping, _present(".status.podIP"), _present(RUNNING_SINCE)],
            not_ready + crashed,
            (3000, 8000),
            _event("Warning", "BackOff", "Back-off restarting failed container"),
        ),
        _pod(
            "pod-crash-again",
            [looping, _is(WAITING_REASON, "CrashLoopBackOff")],
            not_ready + again,
            (45000, 90000),
        ),
    ]


def _stuck() -> list[dict[str, Any]]:
    run = ADDRESSES + INITS_DONE + "phase: Running\n"
    waiting = _containers(_waiting("{{ $reason }}", "{{ $message | Quote }}"), ready=False)
    initialising = _containers(_waiting("PodInitializing", '""'), ready=False)
    init_running = """\
initContainerStatuses:
{{ range $index, $item := .spec.initContainers }}
- name: {{ $item.name | Quote }}
  image: {{ $item.image | Quote }}
  imageID: ""
  ready: false
  restartCount: 0
  state: {{ if eq $index 0 }}{running: {startedAt: {{ $now | Quote }}}}
    {{ else }}{waiting: {reason: PodInitializing}}{{ end }}
{{ end }}
"""
    evicted = """\
phase: Failed
reason: Evicted
message: "The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi."
"""
    return [
        _pod(
            "pod-waiting",
            [_is(BEHAVIOUR, "waiting"), UNSTARTED],
            _conditions(**UP_NOT_READY) + waiting + ADDRESSES + INITS_DONE + "phase: Pending\n",
            None,
            _event("Warning", "Failed", "Error: the container cannot be started"),
        ),
        _pod(
            "pod-not-ready",
            [_is(BEHAVIOUR, "not-ready"), UNSTARTED],
            _conditions(**UP_NOT_READY) + _containers(RUNNING, ready=False) + run,
            None,
            _event("Warning", "Unhealthy", "Readiness probe failed: HTTP status code 503"),
        ),
        _pod(
            "pod-init-stuck",
            [_is(BEHAVIOUR, "init-stuck"), UNSTARTED],
            _conditions(**NOT_INITIALISED)
            + init_running
            + initialising
            + ADDRESSES
            + "phase: Pending\n",
        ),
        _pod(
            "pod-evicted",
            [_is(BEHAVIOUR, "evicted"), _is_not(".status.phase", "Failed")],
            evicted,
            None,
            _event("Warning", "Evicted", "The node was low on resource: ephemeral-storage."),
        ),
    ]


def stages(*, patient: bool = True) -> list[dict[str, Any]]:
    """Give all stages.

    Without patience, starting and deleting take no time and a start makes no event.
    """
    found = [*_node_stages(), *_life(), *_crash_loop(), *_stuck()]
    if not patient:
        for stage in found:
            if stage["metadata"]["name"] in ("pod-ready", "pod-delete"):
                stage["spec"].pop("delay", None)
                stage["spec"]["next"].pop("event", None)
    return found
