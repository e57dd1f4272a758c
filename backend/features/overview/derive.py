"""`problems`: what the rules say of the other collections' rows, with when it began."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from backend.features.overview.collections import PROBLEMS
from backend.features.overview.rows import ProblemRow
from backend.features.overview.rules import (
    Machine,
    Member,
    Pod,
    Workload,
    machine_problem,
    member_problem,
    pod_problem,
    quorum_problem,
    workload_problem,
)
from backend.live.derive import Derived, Kept

__all__ = ["Problems"]

T = TypeVar("T")
Found = Sequence[ProblemRow]


class _Judged(msgspec.Struct, frozen=True):
    """A member of an etcd, its own problem, and whether it was seen before it was so."""

    member: Member
    problem: ProblemRow | None
    known: bool


class Problems:
    """`rows` is the collection's source.

    A problem's `since` is the moment it was seen to begin. What was wrong already when this
    console first looked has none: a made-up time would mislead at 3 a.m.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._started = clock()
        self.rows: Derived[ProblemRow] = Derived(
            PROBLEMS,
            inputs=(
                Kept("machines", by=_of_machine, keep=self._dated(machine_problem, _created)),
                Kept("workloads", by=_of_workload, keep=self._dated(workload_problem, _created)),
                Kept("pods", by=_of_pod, keep=self._dated(pod_problem, _created)),
                Kept("etcd-members", by=_of_member, keep=self._judged),
            ),
            rows=self._all,
        )

    def _dated(
        self, rule: Callable[[T], ProblemRow | None], created: Callable[[T], float | None]
    ) -> Callable[[ProblemRow | None, bool, T], ProblemRow | None]:
        """The rule's problem of a row, with its beginning."""

        def keep(held: ProblemRow | None, known: bool, row: T) -> ProblemRow | None:
            found = rule(row)
            if found is None:
                return None
            since = held.since if held is not None else self._since(created(row), known=known)
            return msgspec.structs.replace(found, since=since)

        return keep

    def _judged(self, held: _Judged | None, known: bool, row: Member) -> _Judged:
        dated = self._dated(member_problem, lambda _: None)
        return _Judged(row, dated(held.problem if held else None, known, row), known)

    def _since(self, created: float | None, *, known: bool) -> float | None:
        """Of what is wrong from now on; `known`: it was there before, and well."""
        if known:
            return self._clock()
        return created if created is not None and created > self._started else None

    def _all(
        self,
        _key: str,
        machines: Found,
        workloads: Found,
        pods: Found,
        members: Sequence[_Judged],
    ) -> Iterable[ProblemRow]:
        """A key is one machine, workload or pod, or all members of one etcd."""
        yield from (*machines, *workloads, *pods)
        whole = quorum_problem([judged.member for judged in members])
        if whole is None:
            yield from (judged.problem for judged in members if judged.problem is not None)
            return
        shown = self.rows.get(whole.key)
        began = self._clock() if any(judged.known for judged in members) else None
        since = shown.since if shown is not None else began
        yield msgspec.structs.replace(whole, since=since)


def _created(row: Machine | Workload | Pod) -> float | None:
    return row.created


def _of_machine(row: Machine) -> tuple[str, ...]:
    return (f"machines/{row.key}",)


def _of_workload(row: Workload) -> tuple[str, ...]:
    return (f"workloads/{row.key}",)


def _of_pod(row: Pod) -> tuple[str, ...]:
    return (f"pods/{row.key}",)


def _of_member(row: Member) -> tuple[str, ...]:
    return (f"etcd-members/{row.etcd}",)
