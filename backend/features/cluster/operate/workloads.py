"""Workloads: scale, restart, pause and resume, suspend and go on, run a cron job now.

What the API server answers to each is in the reference of actions, section 5.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from auth.verb import Verb
from backend.features.cluster.operate.action import Doing, Made, ObjectAction, Upstream
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.schemas import Nothing, Undo
from integrations.contract import IntegrationError
from integrations.kubernetes import KINDS
from integrations.kubernetes.writes import PatchType, Written

__all__ = ["ACTIONS", "SCALED", "SUSPENDED", "RunNow", "Scale", "replicas_of"]

SCALED: Final = frozenset({"deployments", "replicasets", "statefulsets"})
RESTARTED: Final = frozenset({"deployments", "statefulsets", "daemonsets"})
SUSPENDED: Final = frozenset({"cronjobs", "jobs"})
_RESTARTED_AT: Final = "kubectl.kubernetes.io/restartedAt"
_MOST_REPLICAS: Final = 100_000
_NAME: Final = 63
"""Characters of a job's name: its pods bear it as a label."""


class Scale(BaseModel):
    """How many pods there shall be."""

    model_config = ConfigDict(extra="forbid")

    replicas: Annotated[int, Field(ge=0, le=_MOST_REPLICAS)]


class RunNow(BaseModel):
    """`key` ends the new job's name: sent twice, it starts one job."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(pattern="^[a-z0-9]{5,12}$")]


def replicas_of(found: Found) -> int:
    """How many pods are asked for; 1 where nothing is said."""
    said = found.spec.get("replicas")
    return 1 if said is None else int(said)


async def _scale(doing: Doing, found: Found, body: Scale) -> Made:
    # The answer is a Scale of the subresource: what became of the object is read; of a dry run
    # there is nothing to read, and nothing else would differ.
    written = await doing.writer.scale(
        found.kind, found.namespace, found.name, body.replicas,
        as_=doing.as_, resource_version=found.resource_version, dry_run=doing.dry_run,
    )  # fmt: skip
    after = {**found.raw, "spec": {**found.spec, "replicas": body.replicas}}
    if not doing.dry_run:
        # It was done: that it cannot be read now is no failure.
        with contextlib.suppress(IntegrationError):
            after = (await doing.reader.read(found.kind, found.namespace, found.name)).raw
    return Made(Written(after, written.warnings, written.audit_id))


async def _restart(doing: Doing, found: Found, _body: Nothing) -> Made:
    # With fractions of a second: the same value again would restart nothing.
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    template = {"metadata": {"annotations": {_RESTARTED_AT: now}}}
    made = await _patch(doing, found, {"spec": {"template": template}}, PatchType.STRATEGIC)
    notes: tuple[str, ...] = ()
    if found.spec.get("paused"):
        notes = ("It is paused: its pods are replaced once it is resumed.",)
    if (found.spec.get("updateStrategy") or {}).get("type") == "OnDelete":
        notes = ("Its pods are replaced only when somebody deletes them (OnDelete).",)
    return Made(made.written, notes)


def _sets(**spec: Any) -> Callable[[Doing, Found, Nothing], Awaitable[Made]]:
    async def perform(doing: Doing, found: Found, _body: Nothing) -> Made:
        return await _patch(doing, found, {"spec": spec}, PatchType.MERGE)

    return perform


async def _patch(doing: Doing, found: Found, change: dict[str, Any], type_: PatchType) -> Made:
    guarded = {**change, "metadata": {"resourceVersion": found.resource_version}}
    written = await doing.writer.patch(
        found.kind, found.namespace, found.name, guarded, type_,
        as_=doing.as_, dry_run=doing.dry_run,
    )  # fmt: skip
    return Made(written)


async def _run_now(doing: Doing, found: Found, body: RunNow) -> Made:
    template = found.spec.get("jobTemplate") or {}
    named = template.get("metadata") or {}
    name = f"{found.name[: _NAME - len(body.key) - 1].rstrip('-.')}-{body.key}"
    owner = {
        "apiVersion": found.kind.api_version,
        "kind": found.kind.kind,
        "name": found.name,
        "uid": found.uid,
        "controller": True,
    }
    manifest = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": found.namespace,
            "labels": named.get("labels") or {},
            "annotations": {
                **(named.get("annotations") or {}),
                "cronjob.kubernetes.io/instantiate": "manual",
            },
            "ownerReferences": [owner],
        },
        "spec": template.get("spec") or {},
    }
    written = await doing.writer.create(
        KINDS["jobs"], found.namespace, manifest, as_=doing.as_, dry_run=doing.dry_run
    )
    return Made(written, name=name, apart=True)


def _opposite(action: str) -> Callable[[Found, Any], Undo | None]:
    def undo(_found: Found, _body: Any) -> Undo | None:
        return Undo(action=action)

    return undo


def _paused(found: Found) -> bool:
    return bool(found.spec.get("paused"))


def _suspended(found: Found) -> bool:
    return bool(found.spec.get("suspend"))


def _may_suspend(found: Found) -> bool:
    """A job that ended has nothing to suspend."""
    over = any(
        one.get("type") in {"Complete", "Failed"} and one.get("status") == "True"
        for one in found.status.get("conditions") or []
    )
    return not _suspended(found) and not over


PATCH: Final = Upstream("patch")
ACTIONS: Final[tuple[ObjectAction[Any], ...]] = (
    ObjectAction(
        "scale",
        "Set how many pods a workload has",
        Verb.SCALE,
        Scale,
        Upstream("patch", "scale"),
        _scale,
        kinds=SCALED,
        undo=lambda found, _: Undo(action="scale", body={"replicas": replicas_of(found)}),
        shown=frozenset({"spec.replicas"}),
    ),
    ObjectAction(
        "restart",
        "Replace all pods of a workload, as its strategy does it",
        Verb.RESTART,
        Nothing,
        PATCH,
        _restart,
        kinds=RESTARTED,
        shown=frozenset({f'spec.template.metadata.annotations["{_RESTARTED_AT}"]'}),
    ),
    ObjectAction(
        "pause",
        "Hold a deployment's rollouts: changes wait until it is resumed",
        Verb.PAUSE,
        Nothing,
        PATCH,
        _sets(paused=True),
        kinds=frozenset({"deployments"}),
        applies=lambda found: not _paused(found),
        undo=_opposite("resume"),
        shown=frozenset({"spec.paused"}),
    ),
    ObjectAction(
        "resume",
        "Let a paused deployment roll out what waits",
        Verb.PAUSE,
        Nothing,
        PATCH,
        _sets(paused=None),
        kinds=frozenset({"deployments"}),
        applies=_paused,
        undo=_opposite("pause"),
        shown=frozenset({"spec.paused"}),
    ),
    ObjectAction(
        "suspend",
        "Start no more runs of a cron job; of a job, end its pods until it goes on",
        Verb.PAUSE,
        Nothing,
        PATCH,
        _sets(suspend=True),
        kinds=SUSPENDED,
        applies=_may_suspend,
        undo=_opposite("unsuspend"),
        shown=frozenset({"spec.suspend"}),
    ),
    ObjectAction(
        "unsuspend",
        "Let a suspended job or cron job go on",
        Verb.PAUSE,
        Nothing,
        PATCH,
        _sets(suspend=False),
        kinds=SUSPENDED,
        applies=_suspended,
        undo=_opposite("suspend"),
        shown=frozenset({"spec.suspend"}),
    ),
    ObjectAction(
        "run",
        "Start a job from a cron job now",
        Verb.CREATE,
        RunNow,
        Upstream("create", resource="jobs", group="batch"),
        _run_now,
        kinds=frozenset({"cronjobs"}),
    ),
)
