"""Rows that their system decides on too: whatever it allows, and whenever that changes, frames
add up to what both allow, and no other row is ever sent."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.live.memory import MemorySource
from backend.live.reviewed import EVERYWHERE, Resource, Reviewed, limit_of
from tests.property.test_live import (
    Watcher,
    World,
    many_things,
    narrow_bands_and_short_slices,
    play,
    rounds,
    windows,
)
from tests.property.things import CLUSTERS, NAMESPACES, PHASES, THINGS, people, queries

__all__ = ["narrow_bands_and_short_slices"]

REVIEWED = Reviewed(tuple(Resource("", phase) for phase in PHASES), by="phase")
LIMITED = replace(THINGS, reviewed=REVIEWED)

somewhere = st.one_of(
    st.just(EVERYWHERE),
    st.just(()),
    st.sets(st.sampled_from([n for n in NAMESPACES if n])).map(sorted).map(tuple),
)
allowances = st.one_of(
    st.none(),
    st.tuples(*(somewhere for _ in PHASES)).map(lambda where: [*zip(PHASES, where, strict=True)]),
)


def limits_of(allowed) -> tuple:
    """One allowance for each cluster; None for one that does not decide."""
    found = [
        limit_of(cluster, REVIEWED, given)
        for cluster, given in zip(CLUSTERS, allowed, strict=True)
        if given is not None
    ]
    return tuple(limit for limit in found if limit is not None)


limits = st.tuples(*(allowances for _ in CLUSTERS)).map(limits_of)
scripts = st.lists(
    st.one_of(rounds, st.tuples(st.just("limits"), limits).map(lambda step: [step])), max_size=10
).map(lambda parts: [("show", None), *(step for part in parts for step in part)])


def within(row, held) -> bool:
    """Whether the row's cluster allows it, as plainly as possible."""
    for limit in held:
        if limit.system != row.cluster:
            continue
        where = dict(limit.allowed).get(row.phase, ())
        if where is not EVERYWHERE and row.namespace not in where:
            return False
    return True


class LimitedWatcher(Watcher):
    held: tuple = ()

    def apply(self, text):
        frame = super().apply(text)
        for row in (*frame.get("rows", ()), *frame.get("upsert", ())):
            sent = msgspec.convert(row, type=THINGS.row)
            assert within(sent, self.held), "a row its cluster does not allow"
        return frame


class LimitedWorld(World):
    """The console with a cluster's rights, which a script changes."""

    def __init__(self, principal, held) -> None:
        super().__init__(MemorySource(LIMITED), principal)
        self.watcher: LimitedWatcher = LimitedWatcher(self.session, principal)
        self.watcher.held = self.held = held
        self.hub.registry.reviewer = self

    async def limits(self, _caller, _guard, reviewed) -> tuple:
        assert reviewed is REVIEWED
        await asyncio.sleep(0)
        return self.held

    async def do_limits(self, held) -> None:
        await asyncio.gather(*self.asking)  # one that is being opened is looked at a moment later
        self.watcher.held = self.held = held
        await self.session.recheck()

    def check(self) -> None:
        everything, self.rows = self.rows, {}
        self.rows = {key: row for key, row in everything.items() if within(row, self.held)}
        super().check()
        self.rows = everything


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=many_things,
    words=queries,
    window=windows,
    principal=people,
    held=limits,
    script=scripts,
)
def test_frames_add_up_to_what_both_allow(first, words, window, principal, held, script):
    async def run():
        world = LimitedWorld(principal, held)
        for row in first:
            await world.store(row)
        await play(world, words, window, script)

    asyncio.run(run())
