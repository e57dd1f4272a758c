"""`problems`: what the rules say of the other collections' rows, with when it began."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import msgspec

from backend.features.overview.collections import problems_collection
from backend.features.overview.contacts import contact_problem
from backend.features.overview.emergency import EmergencyRow, emergency_problem
from backend.features.overview.gateway import RouteRow, Routes
from backend.features.overview.held import Held, HeldRow
from backend.features.overview.members import member_problem, quorum_problem
from backend.features.overview.read import (
    Claim,
    Contact,
    Dated,
    InCluster,
    Machine,
    Member,
    Pod,
    Service,
    Volume,
    Workload,
)
from backend.features.overview.receivers import ReceiverRow, receiver_problem
from backend.features.overview.rows import ProblemRow
from backend.features.overview.rules import (
    claim_problem,
    held_problem,
    ingress_problem,
    machine_problem,
    pod_problem,
    route_problem,
    service_problem,
    volume_problem,
    workload_problem,
)
from backend.live.derive import Derived, Input, Kept
from backend.live.reviewed import Resource
from backend.live.table import Table
from integrations.contract import Feed

__all__ = ["Problems"]

T = TypeVar("T")
_WORKLOADS: Final = {
    ("apps", "Deployment"): "deployments",
    ("apps", "StatefulSet"): "statefulsets",
    ("apps", "DaemonSet"): "daemonsets",
    ("apps", "ReplicaSet"): "replicasets",
    ("batch", "Job"): "jobs",
    ("batch", "CronJob"): "cronjobs",
}
"""By group and kind: other groups have kinds that are called so too."""


class _Judged(msgspec.Struct, frozen=True):
    """A member of an etcd, its own problem, and whether it was seen before it was so."""

    member: Member
    problem: ProblemRow | None
    known: bool


class _There(msgspec.Struct, frozen=True):
    """A workload there is, and its own problem."""

    uid: str
    problem: ProblemRow | None


class _Part(msgspec.Struct, frozen=True):
    """A pod's own problem, and the uid of the workload that would speak for it."""

    owner_uid: str
    problem: ProblemRow


class Problems:
    """`rows` is the collection's source.

    A problem's `since` is the moment it was seen to begin. Of what was wrong already when this
    console first looked it is what the thing itself tells, and where that tells nothing there is
    none: a made-up time would mislead at 3 a.m.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        emergency: Table[EmergencyRow] | None = None,
        receivers: Table[ReceiverRow] | None = None,
    ) -> None:
        self._clock = clock
        self._started = clock()
        self.held = Held(clock)
        self.routes = Routes(clock)
        none = Table[EmergencyRow]("break-glass in use")
        self.emergency = none if emergency is None else emergency
        nowhere = Table[ReceiverRow]("receivers that take nothing")
        self.receivers = nowhere if receivers is None else receivers
        self.rows: Derived[ProblemRow] = Derived(
            problems_collection(self._resources),
            inputs=(
                Kept("machines", by=_of_machine, keep=self._dated(machine_problem, _told)),
                Kept("workloads", by=_of_workload, keep=self._there),
                Kept("pods", by=_of_pod, keep=self._part),
                Kept(
                    "persistentvolumeclaims",
                    by=_of_claim,
                    keep=self._dated(claim_problem, _told),
                ),
                Kept("services", by=_of_service, keep=self._dated(service_problem, _made)),
                Kept("ingresses", by=_of_ingress, keep=self._dated(ingress_problem, _made)),
                Kept("persistentvolumes", by=_of_volume, keep=self._dated(volume_problem, _told)),
                Kept("etcd-members", by=_of_member, keep=self._judged),
                Input(self.held.rows, by=_of_held),
                Kept(self.routes.rows, by=_of_route, keep=self._dated(_route, _asked)),
                Input(self.emergency, by=_by_key),
                Input(self.receivers, by=_by_key),
                Kept("connections", by=_of_contact, keep=self._dated(contact_problem, _unknown)),
            ),
            rows=self._all,
        )

    def _resources(self, cluster: str) -> tuple[Resource, ...]:
        both = {*self.held.resources(cluster), *self.routes.resources(cluster)}
        return tuple(sorted(both, key=lambda resource: resource.name))

    def feeds(self, cluster: str) -> dict[str, Feed[Any]]:
        """The feeds of what is judged of one cluster's objects themselves, by kind."""
        return {**self.held.feeds(cluster), **self.routes.feeds(cluster)}

    async def look(self) -> None:
        """What time alone makes a problem."""
        await self.held.look()
        await self.routes.look()

    def _dated(
        self, rule: Callable[[T], ProblemRow | None], began: Callable[[T, float], float | None]
    ) -> Callable[[ProblemRow | None, bool, T], ProblemRow | None]:
        """The rule's problem of a row, with its beginning: `began` gives what the row tells of
        it, to a console that looks since then."""

        def keep(held: ProblemRow | None, known: bool, row: T) -> ProblemRow | None:
            found = rule(row)
            if found is None:
                return None
            if held is not None:
                return msgspec.structs.replace(found, since=held.since, seen=held.seen)
            now = self._clock()
            told = now if known else began(row, self._started)
            return msgspec.structs.replace(found, since=told and min(told, now), seen=now)

        return keep

    def _judged(self, held: _Judged | None, known: bool, row: Member) -> _Judged:
        dated = self._dated(member_problem, _unknown)
        return _Judged(row, dated(held.problem if held else None, known, row), known)

    def _there(self, held: _There | None, known: bool, row: Workload) -> _There:
        dated = self._dated(workload_problem, _told)
        return _There(row.uid, dated(held.problem if held else None, known, row))

    def _part(self, held: _Part | None, known: bool, row: Pod) -> _Part | None:
        dated = self._dated(pod_problem, _told)
        found = dated(held.problem if held else None, known, row)
        return None if found is None else _Part(row.owner_uid, found)

    def _all(self, _key: str, *parts: Any) -> Iterable[ProblemRow]:
        """A key is one thing, a workload with its pods, or all members of one etcd with the
        connection to it. A pod whose owner has no row has nobody else to speak for it: an
        operator's resource, a machine, a workload that is gone though another is called so now.
        Of an etcd whose members say what is wrong the connection need not."""
        machines, workloads, pods, claims, services, ingresses, volumes, *more = parts
        members, held, routes, emergency, receivers, contacts = more
        yield from map(emergency_problem, emergency)
        yield from map(receiver_problem, receivers)
        yield from (*machines, *claims, *services, *ingresses, *volumes, *routes)
        yield from (there.problem for there in workloads if there.problem is not None)
        yield from (part.problem for part in pods if not _spoken_for(part, workloads))
        yield from (held_problem(row) for row in held if row.held or row.overdue)
        whole = quorum_problem([judged.member for judged in members])
        if whole is None:
            found = [judged.problem for judged in members if judged.problem is not None]
            yield from found or contacts
            return
        shown, now = self.rows.get(whole.key), self._clock()
        if shown is not None:
            yield msgspec.structs.replace(whole, since=shown.since, seen=shown.seen)
            return
        since = now if any(judged.known for judged in members) else None
        yield msgspec.structs.replace(whole, since=since, seen=now)


def _spoken_for(part: _Part, workloads: Iterable[_There]) -> bool:
    asked = part.owner_uid
    return any(not asked or not there.uid or there.uid == asked for there in workloads)


def _told(row: Dated, started: float) -> float | None:
    """What the thing itself says; else its making, where that was looked at."""
    return row.since if row.since is not None else _made(row, started)


def _route(row: RouteRow) -> ProblemRow | None:
    return route_problem(row) if row.wrong else None


def _made(row: InCluster, started: float) -> float | None:
    """Of what was made since this console looks, and was never seen well."""
    return row.created if row.created > started else None


def _asked(row: RouteRow, started: float) -> float | None:
    """What nothing has taken was never taken."""
    never = row.status == "Pending" or row.created > started
    return row.created if never and row.created else None


def _unknown(_row: Member | Contact, _started: float) -> float | None:
    """What tells no time of its making."""
    return None


def _of_machine(row: Machine) -> tuple[str, ...]:
    return (f"machines/{row.key}",)


def _of_workload(row: Workload) -> tuple[str, ...]:
    return (f"workloads/{row.key}",)


def _of_pod(row: Pod) -> tuple[str, ...]:
    """Its workload's key: a pod without one is under a key that no workload has."""
    plural = _WORKLOADS.get((row.owner_group, row.owner_kind))
    if plural is None:
        return (f"pods/{row.key}",)
    return (f"workloads/{row.cluster}/{plural}/{row.namespace}/{row.owner}",)


def _of_claim(row: Claim) -> tuple[str, ...]:
    return (f"persistentvolumeclaims/{row.key}",)


def _of_service(row: Service) -> tuple[str, ...]:
    return (f"services/{row.key}",)


def _of_ingress(row: Service) -> tuple[str, ...]:
    return (f"ingresses/{row.key}",)


def _of_held(row: HeldRow) -> tuple[str, ...]:
    return (f"held/{row.key}",)


def _of_route(row: RouteRow) -> tuple[str, ...]:
    return (f"routes/{row.key}",)


def _by_key(row: EmergencyRow | ReceiverRow) -> tuple[str, ...]:
    return (row.key,)


def _of_volume(row: Volume) -> tuple[str, ...]:
    return (f"persistentvolumes/{row.key}",)


def _of_member(row: Member) -> tuple[str, ...]:
    return (f"etcd-members/{row.etcd}",)


def _of_contact(row: Contact) -> tuple[str, ...]:
    """An etcd's with its members."""
    return (f"etcd-members/{row.name}" if row.kind == "etcd" else f"connections/{row.key}",)
