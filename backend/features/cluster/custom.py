"""What is said of an object of a custom kind: every such document is other. Pure."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from backend.features.cluster.conditions import conditions
from backend.features.cluster.gateway import gateway_facts
from backend.features.cluster.schemas import ConditionView
from backend.features.cluster.words import StatusSummary
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.paths import value_at
from integrations.kubernetes.summaries.conditions import phase_is_good
from integrations.kubernetes.summaries.routes import is_route, route_words

__all__ = ["custom_summary"]

_FACTS: Final = 20
_FACT: Final = 200
_CHIEF: Final = ("Ready", "Available", "Healthy", "Succeeded")
"""Conditions that speak for the whole object, the first that there is."""
_WHOLE: Final = frozenset({*_CHIEF, "Reconciled", "Synced"})
"""Conditions that no other outranks: of an object that runs and can no longer be reconciled both
are true."""
_MOST: Final = 3


def custom_summary(kind: ResourceKind, raw: dict[str, Any]) -> StatusSummary:
    """By its conditions and its ``phase`` or ``state``, if it has any that can be read."""
    listed = conditions(raw, kind)
    facts = (
        *_of_definition(kind, raw),
        *gateway_facts(kind, raw),
        *_plain(raw, "spec"),
        *_plain(raw, "status"),
    )
    meta = raw.get("metadata")
    if isinstance(meta, dict) and meta.get("deletionTimestamp"):
        return StatusSummary("Terminating", None, "Is being deleted", facts)
    if is_route(kind):
        return StatusSummary(*route_words(raw), facts)
    chief = next((c for name in _CHIEF for c in listed if c.type == name), None)
    wrong = _wrong(listed, chief)
    status = raw.get("status")
    phase = _phase(status) if isinstance(status, dict) else ""
    if chief is not None and chief.status in {"True", "False"}:
        word = _word(chief)
    else:
        word = phase or ("Unknown" if chief is not None else "")
    healthy = False if wrong else phase_is_good(phase)
    if healthy is None and any(c.good for c in listed):
        healthy = True if chief is None or chief.good else None
    sentence = _sentence(chief, wrong)
    if not sentence and healthy is False and isinstance(status, dict):
        sentence = _said(status)
    return StatusSummary(word, healthy, sentence, facts)


def _wrong(listed: Sequence[ConditionView], chief: ConditionView | None) -> list[ConditionView]:
    """What counts as trouble. Where the chief condition holds, a part that does not (yet) hold is
    none; what is said to be bad still is (``Degraded=True``)."""
    wrong = [c for c in listed if c.good is False]
    if chief is None or not chief.good:
        return wrong
    return [c for c in wrong if c.status == "True" or c.type in _WHOLE]


def _word(chief: ConditionView) -> str:
    return chief.type if chief.status == "True" else f"Not{chief.type}"


def _sentence(chief: ConditionView | None, wrong: Sequence[ConditionView]) -> str:
    said = [_why(c, chief) for c in wrong[:_MOST]]
    if said:
        return "; ".join(said)
    return (chief.message or chief.reason) if chief is not None else ""


def _why(condition: ConditionView, chief: ConditionView | None) -> str:
    why = condition.message or condition.reason
    if condition is chief and why:
        return why
    named = f"{condition.type} is {condition.status}"
    return f"{named}: {why}" if why else named


def _said(status: dict[str, Any]) -> str:
    """Why, where a status says so beside its phase."""
    found = (status.get(name) for name in ("message", "reason", "error"))
    return next((value for value in found if isinstance(value, str) and value), "")


def _phase(status: dict[str, Any]) -> str:
    found = (status.get(name) for name in ("phase", "state"))
    return next((value for value in found if isinstance(value, str) and value), "")


def _of_definition(kind: ResourceKind, raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Its scale, where its kind can be scaled, and the versions it can be had in."""
    found = kind.definition
    if found is None:
        return
    version = next((v for v in found.spec.versions if v.name == kind.version), None)
    scale = version.subresources.scale if version is not None else None
    if scale is not None:
        asked = value_at(raw, scale.spec_replicas_path)
        there = value_at(raw, scale.status_replicas_path)
        if asked is not None or there is not None:
            known = [_text(n) if n is not None else "?" for n in (there, asked)]
            yield ("Replicas", f"{known[0]} of {known[1]}")
    yield ("Version", f"{kind.api_version}{_stored(kind)}")


def _stored(kind: ResourceKind) -> str:
    versions = kind.definition.spec.versions if kind.definition else []
    stored = next((v.name for v in versions if v.storage), "")
    return f", stored as {stored}" if stored and stored != kind.version else ""


def _plain(raw: dict[str, Any], part: str) -> Iterator[tuple[str, str]]:
    """The plain values of its `spec` or `status`; what is nested stands in its YAML."""
    values = raw.get(part)
    if not isinstance(values, dict):
        return
    plain = ((name, v) for name, v in values.items() if isinstance(v, str | int | float | bool))
    for name, value in itertools.islice(plain, _FACTS):
        yield (f"{part}.{name}", _text(value)[:_FACT])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
