"""Going back to a revision of a workload (reference of actions, section 5)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from auth.verb import Verb
from backend.errors import Conflict
from backend.features.cluster.operate.action import Doing, Made, ObjectAction, Upstream
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.revisions import (
    REVISED,
    Kept,
    kept_revisions,
    selector_of,
    with_number,
)
from integrations.contract import IntegrationError
from integrations.kubernetes import KINDS
from integrations.kubernetes.writes import PatchType, Written

__all__ = ["ACTIONS", "BackTo"]


class BackTo(BaseModel):
    """The revision to go back to."""

    model_config = ConfigDict(extra="forbid")

    revision: Annotated[int, Field(ge=1)]


async def _roll_back(doing: Doing, found: Found, body: BackTo) -> Made:
    kept = await kept_revisions(doing.reader, found)
    wanted = with_number(kept, body.revision)
    if wanted.number == max(one.number for one in kept):
        raise Conflict(f"{found.words} already is at revision {body.revision}.")
    if found.kind.plural == "deployments":
        if found.spec.get("paused"):
            raise Conflict(f"{found.words} is paused: resume it first, then roll it back.")
        return Made(await _template(doing, found, wanted))
    written = await _data(doing, found, wanted)
    return Made(written, await _stuck(doing, found))


async def _template(doing: Doing, found: Found, wanted: Kept) -> Written:
    # Not merged: what a later revision added must go. The version is the guard of a JSON patch.
    change = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": found.resource_version},
        {"op": "replace", "path": "/spec/template", "value": wanted.template},
    ]
    return await doing.writer.patch(
        found.kind, found.namespace, found.name, change, PatchType.JSON,
        as_=doing.as_, dry_run=doing.dry_run,
    )  # fmt: skip


async def _data(doing: Doing, found: Found, wanted: Kept) -> Written:
    # As it is kept: it says itself that the template is replaced.
    data = wanted.raw.get("data") or {}
    change = {**data, "metadata": {"resourceVersion": found.resource_version}}
    return await doing.writer.patch(
        found.kind, found.namespace, found.name, change, PatchType.STRATEGIC,
        as_=doing.as_, dry_run=doing.dry_run,
    )  # fmt: skip


async def _stuck(doing: Doing, found: Found) -> tuple[str, ...]:
    """Pods of a stateful set that never were ready keep the broken revision until they are
    deleted: Kubernetes replaces pods in their order, and waits for each."""
    if found.kind.plural != "statefulsets":
        return ()
    try:
        page = await doing.reader.list_page(
            KINDS["pods"], found.namespace,
            limit=500, labels=selector_of(found), model=dict[str, Any],
        )  # fmt: skip
    except IntegrationError:
        return ()  # it was done: what else is worth knowing is not
    newest = found.status.get("updateRevision")
    names = [pod["metadata"]["name"] for pod in page.items if _is_stuck(pod, newest)]
    if not names:
        return ()
    listed = ", ".join(sorted(names)[:5])
    told = (
        f"Not ready on the revision that is left: {listed}. A stateful set waits for such a pod "
        "and does not replace it: delete it, and it comes back on the revision chosen."
    )
    return (told,)


def _is_stuck(pod: dict[str, Any], revision: Any) -> bool:
    labels = (pod.get("metadata") or {}).get("labels") or {}
    conditions = (pod.get("status") or {}).get("conditions") or []
    ready = any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
    return labels.get("controller-revision-hash") == revision and not ready


ACTIONS: Final[tuple[ObjectAction[Any], ...]] = (
    ObjectAction(
        "rollback",
        "Go back to a revision of a workload",
        Verb.ROLLBACK,
        BackTo,
        Upstream("patch"),
        _roll_back,
        kinds=REVISED,
    ),
)
