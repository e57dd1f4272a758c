"""Problems follow the rows they are about, live and in truthful words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from backend.features.machines.collections import MACHINES
from backend.features.machines.rows import MachineRow
from backend.features.overview.collections import PROBLEMS
from backend.features.overview.derive import Problems
from backend.features.overview.grouping import lines
from backend.features.overview.held import HeldRow
from backend.features.overview.rows import ProblemRow
from backend.features.overview.rules import held_problem, machine_problem, workload_problem
from backend.features.workloads.collections import PODS, WORKLOADS
from backend.features.workloads.rows import PodRow, WorkloadRow
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from integrations.concern import Concern
from integrations.kubernetes.kinds import KINDS

BLANK: dict[str, Any] = {"str": "", "tuple": (), "dict": {}, "float": 0.0, "int": 0, "bool": False}


def make(row_type: type[msgspec.Struct], /, **values: Any) -> Any:
    fields = {}
    for field in msgspec.structs.fields(row_type):
        name = getattr(field.type, "__name__", str(field.type)).split("[")[0]
        fields[field.name] = BLANK.get(name)
    return row_type(**{**fields, **values})


def machine(status: str, pods: int = 3, *, name: str = "n1", reason: str = "") -> MachineRow:
    return make(
        MachineRow,
        key=f"c1/{name}",
        cluster="c1",
        name=name,
        status=status,
        healthy=status == "Ready",
        concern=Concern.FINE if status == "Ready" else _CONCERN.get(status, Concern.ERROR),
        reason=reason,
        pods=pods,
    )


_CONCERN = {"Pressure": Concern.WARNING}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def world() -> tuple[MemorySource[MachineRow], MemorySource[ProblemRow], Clock]:
    machines: MemorySource[MachineRow] = MemorySource(MACHINES)
    clock = Clock()
    problems = Problems(clock)
    registry = Registry()
    registry.add(problems.rows.collection, problems.rows)
    registry.add(MACHINES, machines)
    return machines, problems.rows, clock


async def settled(*sources: MemorySource[Any]) -> None:
    for source in sources:
        await source.flush()


async def test_what_was_wrong_before_has_no_beginning(world) -> None:
    machines, problems, _ = world
    machines.put(machine("NotReady"))
    await settled(machines, problems)
    (problem,) = problems
    assert problem.since is None
    assert problem.severity == "error"
    assert problem.affects == "3 pods"


async def test_a_problem_begins_when_it_is_seen_to_and_keeps_its_beginning(world) -> None:
    machines, problems, clock = world
    machines.put(machine("Ready"))
    await settled(machines, problems)
    assert list(problems) == []
    clock.now = 2000.0
    machines.put(machine("NotReady"))
    await settled(machines, problems)
    clock.now = 3000.0
    machines.put(machine("NotReady", pods=1))
    await settled(machines, problems)
    (problem,) = problems
    assert (problem.since, problem.affects) == (2000.0, "1 pod")


async def test_a_problem_ends_with_recovery_or_deletion(world) -> None:
    machines, problems, _ = world
    machines.put(machine("NotReady", name="n1"))
    machines.put(machine("NotReady", name="n2"))
    await settled(machines, problems)
    machines.put(machine("Ready", name="n1"))
    machines.remove("c1/n2")
    await settled(machines, problems)
    assert list(problems) == []


async def test_what_was_wrong_before_begins_when_the_thing_itself_says(world) -> None:
    machines, problems, clock = world
    machines.put(msgspec.structs.replace(machine("NotReady"), since=400.0))
    machines.put(msgspec.structs.replace(machine("NotReady", name="fast"), since=9000.0))
    machines.put(machine("NotReady", name="mute"))
    clock.now = 1005.0
    await settled(machines, problems)
    found = {problem.name: (problem.since, problem.seen) for problem in problems}
    assert found == {"n1": (400.0, 1005.0), "fast": (1005.0, 1005.0), "mute": (None, 1005.0)}
    told, mute = (row for row in problems if row.name in {"n1", "mute"})
    many = [told, mute] * 3
    (line,) = lines(many, named=False)
    assert (line.since, line.seen) == (None, 400.0), "one of them is so for longer than is known"


def test_a_machine_under_pressure_is_a_warning_below_one_that_is_down() -> None:
    pressed, down = machine_problem(machine("Pressure")), machine_problem(machine("Unknown"))
    assert pressed is not None
    assert down is not None
    assert (pressed.severity, down.severity) == ("warning", "error")
    assert down.rank < pressed.rank


def test_a_workload_names_what_is_missing_and_where_to_look() -> None:
    row = make(
        WorkloadRow,
        key="c1/deployments/shop/web",
        cluster="c1",
        kind="Deployment",
        plural="deployments",
        namespace="shop",
        name="web",
        desired=3,
        ready=1,
        reason="Exits with code 1 (2 pods)",
        cause="Keeps crashing",
    )
    problem = workload_problem(row)
    assert problem is not None
    assert (problem.kind, problem.name, problem.namespace) == ("Deployment", "web", "shop")
    assert (problem.reason, problem.cause) == ("Exits with code 1 (2 pods)", "Keeps crashing")
    assert problem.affects == "2 of 3 pods missing"
    assert problem.link == "/clusters/c1/deployments/shop/web"
    places = [scope(problem, "main") for scope in PROBLEMS.scopes]
    assert ("org", "main", "cluster", "c1", "ns", "shop") in places


def pod_of(owner: str = "") -> PodRow:
    return make(
        PodRow,
        key="c1/shop/web-1",
        cluster="c1",
        namespace="shop",
        name="web-1",
        owner_kind="Deployment" if owner else "",
        owner_group="apps" if owner else "",
        owner=owner,
    )


@pytest.mark.parametrize("workload_first", [True, False])
async def test_an_owned_pod_is_its_owners_problem_where_that_has_a_row(
    workload_first: bool,
) -> None:
    pods: MemorySource[PodRow] = MemorySource(PODS)
    workloads: MemorySource[WorkloadRow] = MemorySource(WORKLOADS)
    problems, registry = Problems(), Registry()
    registry.add(problems.rows.collection, problems.rows)
    registry.add(PODS, pods)
    registry.add(WORKLOADS, workloads)
    healthy = make(
        WorkloadRow,
        key="c1/deployments/shop/web",
        cluster="c1",
        kind="Deployment",
        plural="deployments",
        namespace="shop",
        name="web",
        healthy=True,
    )
    if workload_first:
        workloads.put(healthy)
    pods.put(pod_of("web"))
    pods.put(msgspec.structs.replace(pod_of("gone"), key="c1/shop/gone-1", name="gone-1"))
    pods.put(msgspec.structs.replace(pod_of(), key="c1/shop/alone", name="alone"))
    if not workload_first:
        workloads.put(healthy)
    await settled(pods, workloads, problems.rows)
    assert sorted(row.name for row in problems.rows) == ["alone", "gone-1"]
    workloads.remove(healthy.key)
    await settled(workloads, problems.rows)
    assert sorted(row.name for row in problems.rows) == ["alone", "gone-1", "web-1"]


def test_many_of_one_cause_are_one_line_that_opens() -> None:
    def row(number: int, **values: Any) -> ProblemRow:
        told: dict[str, Any] = {
            "name": f"w{number:04}",
            "namespace": f"ns{number % 20}",
            "system": "kubernetes",
            "kind": "Deployment",
            "cause": "Waits for its pods",
            "reason": "Waits",
            "severity": "warning",
            "collection": "workloads",
            "rank": 2,
            "count": 2,
        }
        return make(ProblemRow, key=f"workloads/{number}", **{**told, **values})

    found = [row(number) for number in range(1189)]
    found += [row(5000, cause="Keeps crashing", rank=1, severity="error")]
    crash, many = lines(found, named=False)
    assert (crash.name, crash.alike, crash.members) == ("w5000", 1, [])
    assert (many.name, many.alike, len(many.namespaces)) == ("", 1189, 20)
    assert (many.reason, many.affects, many.count) == ("Waits", "2,378 pods missing", 2378)
    assert len(many.members) == 20
    assert many.link.startswith("/browse/problems?filter=kind%3D%22Deployment%22&filter=cause")
    assert [line.name for line in lines(found[:5], named=False)] == [row.name for row in found[:5]]


async def test_a_deletion_that_nothing_ends_is_a_problem_in_time() -> None:
    clock = Clock()
    clock.now = 1795262400.0
    problems, registry = Problems(clock), Registry()
    registry.add(problems.rows.collection, problems.rows)
    meta = {"namespace": "shop", "name": "x", "deletionTimestamp": "2026-11-21T12:00:00Z"}
    found = msgspec.convert({"metadata": meta}, KINDS["pods"].model, strict=False)
    problems.held.feeds("c1")["pods"].put("x", found)
    await problems.held.look()
    await problems.rows.flush()
    assert list(problems.rows) == []
    clock.now += 61
    await problems.held.look()
    await problems.rows.flush()
    (problem,) = problems.rows
    assert problem.cause == "Deletion does not end"
    assert problem.reason == "Was told to go and is still there"


def test_a_deletion_that_finalizers_hold_is_a_problem() -> None:
    def held(kind: str, manifest: dict[str, Any]) -> list[HeldRow]:
        problems = Problems()
        found = msgspec.convert(manifest, KINDS[kind].model, strict=False)
        problems.held.feeds("c1")[kind].put("x", found)
        return list(problems.held.rows)

    meta = {"namespace": "shop", "name": "x", "deletionTimestamp": "2026-11-21T12:00:00Z"}
    (row,) = held("services", {"metadata": {**meta, "finalizers": ["a.example/b", "orphan"]}})
    problem = held_problem(row)
    assert problem.reason == "Deletion is held by finalizer a.example/b"
    assert (problem.since, problem.link) == (1795262400.0, "/clusters/c1/services/shop/x")
    (row,) = held("pods", {"metadata": {**meta, "finalizers": ["foregroundDeletion"]}})
    assert not row.held, "a step of every deletion"
    assert held("pods", {"metadata": {"name": "x", "finalizers": ["a.example/b"]}}) == []
    condition = {"type": "NamespaceContentRemaining", "status": "True", "message": "widgets left"}
    space = {"metadata": {**meta, "namespace": ""}, "status": {"conditions": [condition]}}
    (row,) = held("namespaces", space)
    assert (row.reason, held_problem(row).namespace) == ("widgets left", "x")
    assert not {"secrets", "configmaps"} & Problems().held.feeds("c1").keys(), "names are told"
