"""Problems follow the rows they are about, live and in truthful words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from backend.features.machines.collections import MACHINES
from backend.features.machines.rows import MachineRow
from backend.features.overview.collections import PROBLEMS
from backend.features.overview.derive import Problems
from backend.features.overview.rows import ProblemRow
from backend.features.overview.rules import machine_problem, pod_problem, workload_problem
from backend.features.workloads.rows import PodRow, WorkloadRow
from backend.live.memory import MemorySource
from backend.live.registry import Registry

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
        reason=reason,
        pods=pods,
    )


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
    registry.add(PROBLEMS, problems.rows)
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
        reason="2 pods keep crashing",
    )
    problem = workload_problem(row)
    assert problem is not None
    assert problem.title == "Deployment shop/web: 2 pods keep crashing"
    assert problem.affects == "1 of 3 ready"
    assert problem.link == "/clusters/c1/deployments/shop/web"
    places = [scope(problem, "main") for scope in PROBLEMS.scopes]
    assert ("org", "main", "cluster", "c1", "ns", "shop") in places


def test_an_owned_pod_is_its_owners_problem() -> None:
    pod = make(PodRow, key="c1/shop/web-1", cluster="c1", namespace="shop", name="web-1")
    assert pod_problem(pod) is not None
    assert pod_problem(msgspec.structs.replace(pod, owner="web")) is None
