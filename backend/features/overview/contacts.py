"""When a connection itself is a problem: nothing of what it leads to can be told."""

from __future__ import annotations

from urllib.parse import quote

from backend.features.overview.read import Contact
from backend.features.overview.rows import ProblemRow

__all__ = ["contact_problem"]


def contact_problem(row: Contact) -> ProblemRow | None:
    """A connection over which nothing comes, with its own reason."""
    if not row.broken:
        return None
    return ProblemRow(
        key=f"connections/{row.key}",
        rank=0,
        severity="error",
        system=row.kind,
        kind="Connection",
        name=row.name,
        reason=row.broken,
        cause=f"{row.system} connection is {row.status.lower()}",
        affects=f"nothing new of {row.system} {row.name} is shown",
        count=1,
        since=None,
        link=f"/connections/{quote(row.kind, safe='')}/{quote(row.name, safe='')}",
        collection="connections",
        target=row.key,
        scope=row.scope,
    )
