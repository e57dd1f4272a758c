"""Revisions a workload can go back to, and what would differ: kept by the cluster as replica sets
(deployments) or controller revisions (stateful sets, daemon sets)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from backend.errors import NotFoundProblem
from backend.features.cluster.operate.changes import differences, told
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.schemas import Revision
from integrations.kubernetes import KINDS, ResourceKind
from integrations.kubernetes.models.meta import LabelSelector, Metadata
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.summaries.selectors import selector_text

__all__ = ["REVISED", "Kept", "kept_revisions", "revision_views", "with_number"]

REVISED: Final = frozenset({"deployments", "statefulsets", "daemonsets"})
CONTROLLER_REVISIONS: Final = ResourceKind(
    "controllerrevisions", "ControllerRevision", "apps", "v1", Metadata
)
_NUMBER: Final = "deployment.kubernetes.io/revision"
_CAUSE: Final = "kubernetes.io/change-cause"
_HASH: Final = "pod-template-hash"
_MOST: Final = 200
_DIGITS: Final = 19
"""A workload keeps ten revisions unless it is told otherwise."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """One revision: `template` is that of its pods, `raw` the object that keeps it."""

    number: int
    name: str
    template: dict[str, Any]
    raw: dict[str, Any]


async def kept_revisions(reader: ObjectReader, found: Found) -> list[Kept]:
    """What the cluster keeps of the workload, newest first."""
    kind = KINDS["replicasets"] if found.kind.plural == "deployments" else CONTROLLER_REVISIONS
    labels = selector_of(found)
    kept: list[Kept] = []
    continue_ = ""
    while len(kept) < _MOST:
        page = await reader.list_page(
            kind, found.namespace,
            limit=_PAGE, continue_=continue_, labels=labels, model=dict[str, Any],
        )  # fmt: skip
        kept += [one for raw in page.items if (one := _kept(found, raw)) is not None]
        continue_ = page.next
        if not continue_:
            break
    return sorted(kept, key=lambda one: -one.number)[:_MOST]


def selector_of(found: Found) -> str:
    """The labels of the workload's pods, as a listing takes them."""
    return selector_text(msgspec.convert(found.spec.get("selector") or {}, LabelSelector))


def _kept(found: Found, raw: dict[str, Any]) -> Kept | None:
    meta = raw.get("metadata") or {}
    owners = meta.get("ownerReferences") or []
    if not any(one.get("controller") and one.get("uid") == found.uid for one in owners):
        return None
    if found.kind.plural == "deployments":
        number = (meta.get("annotations") or {}).get(_NUMBER, "")
        template = _without_hash((raw.get("spec") or {}).get("template") or {})
        counted = number.isascii() and number.isdigit() and len(number) < _DIGITS
        return Kept(int(number) if counted else 0, meta.get("name", ""), template, raw)
    data = (raw.get("data") or {}).get("spec") or {}
    template = {n: v for n, v in (data.get("template") or {}).items() if n != "$patch"}
    return Kept(int(raw.get("revision") or 0), meta.get("name", ""), template, raw)


def _without_hash(template: dict[str, Any]) -> dict[str, Any]:
    """The controller's own label would stay in the template (reference, section 5)."""
    meta = template.get("metadata") or {}
    labels = {n: v for n, v in (meta.get("labels") or {}).items() if n != _HASH}
    return {**template, "metadata": {**meta, "labels": labels}}


def with_number(kept: list[Kept], number: int) -> Kept:
    """The revision of that number; 404 where it is kept no more."""
    for one in kept:
        if one.number == number:
            return one
    raise NotFoundProblem(
        f"Revision {number} is not kept any more: look at the revisions there are now."
    )


def revision_views(found: Found, kept: list[Kept]) -> list[Revision]:
    """As the page shows them: the newest is the current one."""
    now = found.spec.get("template") or {}
    newest = max((one.number for one in kept), default=0)
    return [_view(one, now, current=one.number == newest) for one in kept]


def _view(kept: Kept, now: dict[str, Any], *, current: bool) -> Revision:
    meta = kept.raw.get("metadata") or {}
    changes = [] if current else differences({"template": now}, {"template": kept.template})
    containers = (kept.template.get("spec") or {}).get("containers") or []
    return Revision(
        number=kept.number,
        name=kept.name,
        current=current,
        created=_seconds(meta.get("creationTimestamp")),
        images=[str(one.get("image") or "") for one in containers],
        cause=str((meta.get("annotations") or {}).get(_CAUSE) or "")[:400],
        **told(changes),
    )


def _seconds(text: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return None
