"""Whether what a route of the Gateway API is attached to has taken it. Pure.

Of each parent a route names its controller says whether it is `Accepted` and whether what it leads
to was found (`ResolvedRefs`). A parent without a controller, or one that does not exist, says
nothing, and nothing else does: gateway-api.sigs.k8s.io, `RouteParentStatus`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from integrations.kubernetes.kinds import ResourceKind
from integrations.kubernetes.summaries.conditions import is_good

__all__ = ["GATEWAY_API", "PATIENCE", "RouteWords", "dicts", "is_route", "reference", "route_words"]

GATEWAY_API: Final = "gateway.networking.k8s.io"

PATIENCE: Final = 60.0
"""Seconds in which a controller may take up a new route."""
_MOST: Final = 3


class RouteWords(NamedTuple):
    """The state of a route: a word, whether it is well (None: not known), a sentence."""

    status: str
    healthy: bool | None
    summary: str


class _Said(NamedTuple):
    """A condition that a parent has of a route."""

    type: str
    status: str
    why: str
    by: str

    @property
    def sentence(self) -> str:
        named = f"{self.type} ({self.by}) is {self.status}"
        return f"{named}: {self.why}" if self.why else named


def is_route(kind: ResourceKind) -> bool:
    """Whether it is a kind of route of the Gateway API."""
    return kind.group == GATEWAY_API and kind.kind.endswith("Route")


def reference(ref: Any, usual: str = "Gateway") -> str:
    """What a reference names, in words; its kind only where it is not the usual one."""
    if not isinstance(ref, dict):
        return ""
    kind, name = str(ref.get("kind") or usual), str(ref.get("name") or "")
    space, section = ref.get("namespace"), ref.get("sectionName")
    place = f"{space}/" if space else ""
    words = f"{place}{name}" if kind == usual else f"{kind} {place}{name}"
    return f"{words}, {section}" if section else words


def dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none of anything else."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def route_words(raw: dict[str, Any]) -> RouteWords:
    """What a route's parents say of it together, in its `metadata`, `spec` and `status`."""
    asked = {_key(ref, raw): reference(ref) for ref in _asked(raw)}
    told = {_key(part.get("parentRef"), raw) for part in _told(raw)}
    silent = [name for key, name in asked.items() if key not in told]
    if not asked and not told:
        return RouteWords("Detached", None, "Is attached to nothing: no request comes to it")
    if not told:
        young = time.time() - _born(raw) < PATIENCE
        names = ", ".join(silent)
        return RouteWords("Pending", None if young else False, f"Nothing has taken it: {names}")
    listed = _listed(raw)
    accepted = [c.status for c in listed if c.type == "Accepted"]
    wrong = [c.sentence for c in listed if is_good(c.type, c.status, custom=True) is False][:_MOST]
    wrong += [f"{name} says nothing of it" for name in silent[:_MOST]]
    return RouteWords(
        _word(accepted, listed, silent), _healthy(accepted, bool(wrong)), "; ".join(wrong)
    )


def _word(accepted: list[str], listed: Sequence[_Said], silent: list[str]) -> str:
    if "True" not in accepted:
        return "NotAccepted" if "False" in accepted else "Pending"
    if "False" in accepted or silent:
        return "PartlyAccepted"
    if any(c.type == "ResolvedRefs" and c.status == "False" for c in listed):
        return "UnresolvedRefs"
    return "Accepted"


def _healthy(accepted: list[str], wrong: bool) -> bool | None:
    if wrong:
        return False
    return True if accepted and set(accepted) == {"True"} else None


def _listed(raw: dict[str, Any]) -> list[_Said]:
    return [
        _Said(
            str(found.get("type") or ""),
            str(found.get("status") or ""),
            str(found.get("message") or found.get("reason") or ""),
            reference(part.get("parentRef")),
        )
        for part in _told(raw)
        for found in dicts(part.get("conditions"))
    ]


def _asked(raw: dict[str, Any]) -> list[dict[str, Any]]:
    spec = raw.get("spec")
    return dicts(spec.get("parentRefs")) if isinstance(spec, dict) else []


def _told(raw: dict[str, Any]) -> list[dict[str, Any]]:
    status = raw.get("status")
    return dicts(status.get("parents")) if isinstance(status, dict) else []


def _key(ref: Any, raw: dict[str, Any]) -> tuple[str, ...]:
    """A parent without a namespace lies in the route's own; without a kind it is a Gateway."""
    found = ref if isinstance(ref, dict) else {}
    meta = raw.get("metadata")
    own = meta.get("namespace") if isinstance(meta, dict) else ""
    usual = {"kind": "Gateway", "namespace": own}
    names = ("kind", "namespace", "name", "sectionName", "port")
    return tuple(str(found.get(name) or usual.get(name) or "") for name in names)


def _born(raw: dict[str, Any]) -> float:
    meta = raw.get("metadata")
    text = meta.get("creationTimestamp") if isinstance(meta, dict) else None
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
