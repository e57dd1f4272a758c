"""Problems of one kind and one cause become one line where they are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlencode

from backend.features.overview.rows import ProblemRow
from backend.features.overview.schemas import ProblemView

__all__ = ["lines"]

_LEAST: Final = 6
"""So many of one kind and cause, and more, are one line: below, each is worth its own."""
_SHOWN: Final = 20


def lines(rows: Iterable[ProblemRow], *, named: bool, most: int | None = None) -> list[ProblemView]:
    """The lines for `rows`, worst first, `most` at most. `named`: each says which cluster it is
    of, because there are several."""
    groups: dict[tuple[str, str, str], list[ProblemRow]] = {}
    for row in rows:
        groups.setdefault((row.system, row.kind, row.cause), []).append(row)
    ranked: list[list[ProblemRow]] = []
    for group in groups.values():
        group.sort(key=_order)
        ranked += [group] if len(group) >= _LEAST else [[row] for row in group]
    ranked.sort(key=lambda line: _order(line[0]))
    return [_line(line, named=named) for line in ranked[:most]]


def _line(line: Sequence[ProblemRow], *, named: bool) -> ProblemView:
    return _view(line[0], named=named) if len(line) == 1 else _together(line, named=named)


def _order(row: ProblemRow) -> tuple[int, int, str]:
    return (row.rank, -row.count, row.name)


def _view(row: ProblemRow, *, named: bool) -> ProblemView:
    return ProblemView(
        id=row.key,
        severity=row.severity,
        kind=row.kind,
        name=row.name,
        namespace=row.namespace,
        cluster=row.cluster if named else "",
        reason=row.reason,
        affects=row.affects,
        since=row.since,
        seen=row.seen,
        count=row.count,
        link=row.link,
        alike=1,
        namespaces=[row.namespace] if row.namespace else [],
        members=[],
        guide=row.guide,
    )


def _together(group: Sequence[ProblemRow], *, named: bool) -> ProblemView:
    """One line for many; since when is the earliest that is known, and where one was so for longer
    than anybody knows, before when."""
    first = group[0]
    reasons = {row.reason for row in group}
    affects = {row.affects for row in group}
    moments = [row.since for row in group]
    known = [moment for moment in moments if moment is not None]
    return ProblemView(
        id=f"group/{first.system}/{first.kind}/{first.cause}",
        severity=min((row.severity for row in group), key=("error", "warning", "normal").index),
        kind=first.kind,
        name="",
        namespace="",
        cluster="",
        reason=first.reason if len(reasons) == 1 else first.cause,
        affects=_pods(group) or (first.affects if len(affects) == 1 else ""),
        since=min(known) if len(known) == len(moments) else None,
        seen=min(row.seen if row.since is None else row.since for row in group),
        count=sum(row.count for row in group),
        link=_all_of(first),
        alike=len(group),
        namespaces=sorted({row.namespace for row in group if row.namespace}),
        members=[_view(row, named=named) for row in group[:_SHOWN]],
        guide="",
    )


def _pods(group: Sequence[ProblemRow]) -> str:
    if group[0].collection not in {"workloads", "machines"}:
        return ""
    missing = " missing" if group[0].collection == "workloads" else ""
    return f"{sum(row.count for row in group):,} pods{missing}"


def _all_of(row: ProblemRow) -> str:
    filters = [("filter", f'kind="{row.kind}"'), ("filter", f'cause="{row.cause}"')]
    return f"/browse/problems?{urlencode(filters)}"
