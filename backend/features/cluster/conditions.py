"""The conditions of any object, known or custom, as its status lists them. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.features.cluster.gateway import judged_parts
from backend.features.cluster.schemas import ConditionView
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.models.meta import Condition
from integrations.kubernetes.summaries.conditions import is_good, spelled, wrong_on_a_node

__all__ = ["conditions"]


def conditions(raw: dict[str, Any], kind: ResourceKind) -> list[ConditionView]:
    """What can be read of them; entries that are no conditions are passed over."""
    status = raw.get("status")
    listed = status.get("conditions") if isinstance(status, dict) else None
    found = listed if isinstance(listed, list) else []
    views = [_condition(c, kind) for c in found if isinstance(c, dict)]
    if kind.custom and isinstance(status, dict):
        views += [_condition(c, kind, of) for of, c in judged_parts(status)]
    return views


def _condition(found: dict[str, Any], kind: ResourceKind, of: str = "") -> ConditionView:
    # Also of what writes its status as JSON's own values.
    name, status = _text(found.get("type")), spelled(_text(found.get("status")))
    return ConditionView(
        type=f"{name} ({of})" if of else name,
        status=status,
        reason=_text(found.get("reason")),
        message=_text(found.get("message")),
        since=_since(found.get("lastTransitionTime")),
        good=_good(name, status, kind),
    )


def _good(name: str, status: str, kind: ResourceKind) -> bool | None:
    if kind.plural == "nodes" and not kind.group:
        known = status in {"True", "False"}
        return not wrong_on_a_node(Condition(type=name, status=status)) if known else None
    return is_good(name, status, custom=kind.custom)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _since(text: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment > 0 else None
