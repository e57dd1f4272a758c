"""Derived rows are what the inputs' rows make, whatever changed in which order and however
far each step had got in between."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.live import memory
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.derive import Derived, DerivedTable, Fold, Foreign, Input, Kept, One
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from backend.live.row import Row
from backend.live.rowscope import RowScope
from backend.live.slices import Slices
from backend.live.table import Table


class Node(Row, frozen=True):
    zone: str
    size: int


class Pod(Row, frozen=True):
    nodes: tuple[str, ...]
    zone: str
    size: int


class Both(Row, frozen=True):
    size: int
    used: int
    pods: tuple[str, ...]
    above: int
    beside: tuple[str, ...]


def declare(name: str, row: type[Row]) -> Collection:
    column = Column("size", "Size", Type.NUMBER)
    return Collection(name, name, name, row, (RowScope(),), (column,), ("size",), label="size")


NODES, PODS, BOTH = declare("nodes", Node), declare("pods", Pod), declare("both", Both)
KEYS, ZONES = ["a", "b", "c"], ["", "y", "z"]

nodes = st.builds(Node, st.sampled_from(KEYS), st.sampled_from(ZONES), st.integers(0, 2))
pods = st.builds(
    Pod,
    st.sampled_from([f"p{i}" for i in range(5)]),
    st.lists(st.sampled_from(KEYS), max_size=2).map(tuple),
    st.sampled_from(ZONES),
    st.integers(0, 2),
)
zones = st.builds(Node, st.sampled_from(ZONES), st.just(""), st.integers(0, 2))
steps = st.one_of(
    st.tuples(st.sampled_from(["nodes", "pods", "zones"]), st.none()).flatmap(
        lambda pick: st.tuples(
            st.just(pick[0]), {"nodes": nodes, "pods": pods, "zones": zones}[pick[0]], st.booleans()
        )
    ),
    st.tuples(
        st.sampled_from(["flush pods", "flush both", "turn", "begin", "register"]),
        st.none(),
        st.none(),
    ),
)


def of_pod(pod: Pod) -> tuple[str, ...]:
    return pod.nodes


def big(held: Pod | None, known: bool, pod: Pod) -> Pod | None:
    return pod if pod.size else None


def row(
    key: str, node: Node | None, used: int, kept: Sequence[Pod], zone: Node | None
) -> Both | None:
    if node is None:
        return None
    return Both(
        key,
        node.size,
        used,
        tuple(sorted(pod.key for pod in kept)),
        zone.size if zone else -1,
        (),
    )


class World:
    """Nodes and zones in tables, pods in a collection that may come later than what is
    derived from it."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.nodes: Table[Node] = Table("nodes")
        self.zones: Table[Node] = Table("zones")
        self.pods: MemorySource[Pod] = MemorySource(PODS)
        checked: DerivedTable[Node] = DerivedTable(
            "checked", inputs=(One(self.nodes), Input(self.zones, by=lambda z: (z.key,))), row=check
        )
        self.both = Derived(
            BOTH,
            inputs=(
                One(checked),
                Fold("pods", by=of_pod, zero=0, add=lambda n, pod, sign: n + sign * pod.size),
                Kept("pods", by=of_pod, keep=big),
                Foreign(self.zones, of=checked, by=lambda node: node.zone),
            ),
            row=row,
        )
        self.registry.add(BOTH, self.both)
        self.registered = False

    def register(self) -> None:
        if not self.registered:
            self.registered = True
            self.registry.add(PODS, self.pods)

    async def step(self, name: str, value: Row | None, gone: bool | None) -> None:
        if name == "register":
            self.register()
        elif name == "turn":
            await asyncio.sleep(0)
        elif name == "begin":
            self.beside = asyncio.create_task(self.pods.flush())
            await asyncio.sleep(0)
        elif name.startswith("flush"):
            await getattr(self, name.split()[1]).flush()
        elif gone:
            getattr(self, name).remove(value.key)
        else:
            getattr(self, name).put(value)

    async def settle(self) -> None:
        self.register()
        await self.pods.flush()
        await self.both.flush()
        while await turn(self.both):
            pass

    def expected(self) -> dict[str, Both]:
        held = list(self.pods)
        found = {}
        for node in self.nodes:
            mine = [pod for pod in held if node.key in pod.nodes]
            zone = self.zones.get(node.zone) if node.zone else None
            used = sum(pod.size * pod.nodes.count(node.key) for pod in held)
            kept = [pod for pod in mine if pod.size]
            found[node.key] = row(node.key, node, used, kept, zone)
        return found


def check(key: str, node: Node | None, same: Sequence[Node]) -> Node | None:
    return node


async def turn(both: Derived[Both]) -> bool:
    before = {found.key: found for found in both}
    for _ in range(4):
        await asyncio.sleep(0)
    await both.flush()
    return before != {found.key: found for found in both}


@pytest.fixture(autouse=True)
def short_slices(monkeypatch):
    monkeypatch.setattr(Slices, "SECONDS", -1.0)
    monkeypatch.setattr(memory, "CHUNK", 3)
    monkeypatch.setattr(memory, "PIECE", 2)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(script=st.lists(steps, max_size=40))
def test_derived_rows_are_what_the_inputs_make(script):
    async def run():
        world = World()
        for name, value, gone in script:
            await world.step(name, value, gone)
        await world.settle()
        assert {found.key: found for found in world.both} == world.expected()

    asyncio.run(run())


async def test_a_missing_field_is_found_when_the_input_comes_to_exist():
    class Wrong(msgspec.Struct):
        colour: str

    def by(pod: Wrong) -> tuple[str, ...]:
        return (pod.colour,)

    by.__annotations__["pod"] = Wrong
    registry = Registry()
    registry.add(BOTH, Derived(BOTH, inputs=(Input("pods", by=by),), row=lambda key, found: None))
    with pytest.raises(ValueError, match="colour"):
        registry.add(PODS, MemorySource(PODS))


async def test_others_get_their_turn_while_a_long_list_is_told():
    source: MemorySource[Pod] = MemorySource(PODS)
    for number in range(100):
        source.put(Pod(f"p{number}", ("a",), "", 1))
    told: list[int] = []
    turns: list[int] = []
    source.on_change(lambda changes: told.append(len(changes)))

    async def others() -> None:
        while True:
            turns.append(len(told))
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    await source.flush()
    task.cancel()
    assert sum(told) == 100
    assert max(told) <= 3
    assert set(range(1, len(told))) <= set(turns), "a turn after each piece"
