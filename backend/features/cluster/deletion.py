"""What the page of an object says of its deletion. Pure."""

from __future__ import annotations

from typing import Any, Final

from backend.features.cluster.words import StatusSummary
from integrations.kubernetes.models.meta import Meta
from integrations.kubernetes.summaries.deletion import being_deleted, hindrances, moment

__all__ = ["NOT_RECORDED", "with_deletion"]

NOT_RECORDED: Final = (
    "not recorded: Kubernetes keeps it only in the audit log of its API server, if there is one"
)


def with_deletion(words: StatusSummary, raw: dict[str, Any], found: Any) -> StatusSummary:
    """The words for an object that was told to go: since when, what holds it, and who put that
    there where the object tells. The API keeps no note of who asked, which is said."""
    meta: Meta = found.metadata
    since, due = meta.told_to_go, meta.deletion_timestamp
    if since is None or due is None:
        return words
    held = bool(hindrances(found, meta))
    managers = _managers(raw)
    facts = (
        ("Being deleted since", moment(since)),
        ("Deletion asked by", NOT_RECORDED),
        ("Was given time until", moment(due) if due > since else ""),
        *(("Held by finalizer", _with_manager(name, managers)) for name in meta.finalizers),
        *words.facts,
    )
    return StatusSummary(
        "Terminating",
        False if held else words.healthy,
        being_deleted(found, meta),
        facts,
    )


def _with_manager(name: str, managers: dict[str, str]) -> str:
    return f"{name}, set by {managers[name]}" if name in managers else name


def _managers(raw: dict[str, Any]) -> dict[str, str]:
    """Who set each finalizer, by the object's own record of its fields."""
    meta = raw.get("metadata")
    entries = meta.get("managedFields") if isinstance(meta, dict) else None
    found: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else []:
        fields = entry.get("fieldsV1") if isinstance(entry, dict) else None
        part = fields.get("f:metadata") if isinstance(fields, dict) else None
        names = part.get("f:finalizers") if isinstance(part, dict) else None
        for name in names if isinstance(names, dict) else ():
            if name.startswith('v:"'):
                found.setdefault(name[3:-1], str(entry.get("manager") or "?"))
    return found
