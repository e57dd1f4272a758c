"""What the shell completes: names from the cache and the file of contexts, asking nobody."""

from __future__ import annotations

from typing import Any

from backend.client.contexts import Contexts, chosen
from backend.client.declared import cached
from backend.client.failures import CommandFailed

__all__ = ["collections", "columns", "contexts", "filters", "sorts"]


def collections(incomplete: str) -> list[str]:
    """Collections of the current console, as last seen."""
    return _beginning(_cached(None), incomplete)


def contexts(incomplete: str) -> list[str]:
    """Names of contexts."""
    return _beginning((context.name for context in Contexts().all()), incomplete)


def columns(ctx: Any, incomplete: str) -> list[str]:
    """Columns of the collection named before; behind a comma one more."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in _beginning(_columns(ctx), last)]


def filters(ctx: Any, incomplete: str) -> list[str]:
    """The beginning of a filter: a column and what compares."""
    return [f"{name}=" for name in _beginning(_columns(ctx), incomplete)]


def sorts(ctx: Any, incomplete: str) -> list[str]:
    """Columns, falling ones with a minus."""
    sign = "-" if incomplete.startswith("-") else ""
    return [f"{sign}{name}" for name in _beginning(_columns(ctx), incomplete.removeprefix("-"))]


def _columns(ctx: Any) -> list[str]:
    # An option that still lacks its value ends the reading before the collection gets its place.
    collection = ctx.params.get("collection") or next(iter(ctx.args), "")
    return _cached(ctx.params.get("context")).get(collection, [])


def _cached(context: str | None) -> dict[str, list[str]]:
    try:
        return cached(chosen(context))
    except CommandFailed:
        return {}


def _beginning(names: Any, incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
