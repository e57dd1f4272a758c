"""Any order, duplication and loss of reports keeps counters = recount and every limit."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from backend.omaha.background.sweeps import expired
from backend.omaha.checkin.step import Report, step
from backend.omaha.domain.model import (
    Arch,
    Channel,
    Floor,
    GrantState,
    Group,
    OmahaEvent,
    Package,
    Rollout,
    RolloutState,
)
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.domain.semver import parse
from backend.omaha.protocol.codec import AppRequest
from backend.omaha.rollouts.lifecycle import resumed
from backend.omaha.store.entry import MachineEntry
from backend.omaha.store.ledger import CLOSED, FIELD_OF, CounterState, Ledger

RELEASES = ["1.0.0", "1.5.0", "2.0.0", "3.0.0"]
EVENTS = [
    OmahaEvent(13, 1),
    OmahaEvent(14, 1),
    OmahaEvent(3, 1),
    OmahaEvent(800, 1),
    OmahaEvent(3, 0, error_code=268435466),
    OmahaEvent(3, 0, error_code=268435500),
    OmahaEvent(3, 9, error_code=268435496),
    OmahaEvent(3, 2),
    OmahaEvent(3, 2, previous="1.0.0"),
    OmahaEvent(1, 0),
]
LIMIT = 3


def package(number: int, release: str) -> Package:
    return Package(number, 1, parse(release), Arch.AMD64, "", "f", 1, "", "x")


class Fleet(RuleBasedStateMachine):
    """Two groups, eight machines, one model of the database in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, MachineEntry] = {}
        self.now = 1000.0
        self.tally: Counter[tuple[int, str, int]] = Counter()
        self.grants: list[tuple[float, int]] = []

    @initialize(safe=st.booleans(), downgrade=st.booleans())
    def start(self, safe: bool, downgrade: bool) -> None:
        self.policy = RolloutPolicy(
            enabled=True,
            safe_mode=safe,
            brake_after=1000,
            max_updates_per_period=LIMIT,
            period_seconds=60,
            allow_downgrade=downgrade,
        )
        self.counters = {1: CounterState(1), 2: CounterState(2)}
        self.rollouts = {n: Rollout(n, package_id=3, group_id=n, release="2.0.0") for n in (1, 2)}
        self.current = {1: 1, 2: 2}
        self.target = {1: package(3, "2.0.0"), 2: package(3, "2.0.0")}

    def group(self, number: int) -> Group:
        floors = (Floor(package(2, "1.5.0"), "r"),)
        channel = Channel(number, "c", Arch.AMD64, self.target[number], floors)
        rollout = self.rollouts[self.current[number]]
        return Group(number, 1, "g", "t", Arch.AMD64, self.policy, channel, rollout)

    def ledger(self) -> Ledger:
        return Ledger(self.counters, self.rollouts)

    def keep(self, ledger: Ledger) -> None:
        for group, release, status, delta in ledger.changed_tally():
            self.tally[group, release, status] += delta

    @rule(
        name=st.sampled_from("abcdefgh"),
        release=st.sampled_from(RELEASES),
        group=st.integers(1, 2),
        events=st.lists(st.sampled_from(EVENTS), max_size=2),
        check=st.booleans(),
        repeats=st.integers(1, 2),
    )
    def report(self, name, release, group, events, check, repeats) -> None:
        for _ in range(repeats):
            old = self.rows.get(name)
            app = AppRequest("a", "a", release, "t", name, "", check=check, events=tuple(events))
            ledger = self.ledger()
            change = step(Report(app, 1, self.group(group), self.now), old, ledger)
            new = change.new
            fresh = change.decision.package is not None and not change.decision.own_slot
            if fresh:
                self.grants.append((self.now, group))
            self.rows[name] = replace(new, id=new.id or len(self.rows) + 1)
            self.keep(ledger)

    @rule(name=st.sampled_from("abcdefgh"))
    def follow(self, name: str) -> None:
        """The machine runs what it was offered, and says so."""
        row = self.rows.get(name)
        if row is not None and row.grant_state == GrantState.OPEN:
            self.report(name, row.granted_release, row.group_id, [OmahaEvent(3, 2)], True, 1)

    @rule(seconds=st.sampled_from([0.5, 7.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(name=st.sampled_from("abcdefgh"))
    def expire(self, name: str) -> None:
        row = self.rows.get(name)
        if row is not None and row.grant_state == GrantState.OPEN:
            self.change(name, replace(row, grant_state=int(expired(row))))

    @rule(name=st.sampled_from("abcdefgh"))
    def delete(self, name: str) -> None:
        if name in self.rows:
            self.change(name, None)

    @rule(name=st.sampled_from("abcdefgh"), hidden=st.booleans())
    def hide(self, name: str, hidden: bool) -> None:
        if name in self.rows:
            self.change(name, replace(self.rows[name], hidden=hidden))

    @rule(group=st.integers(1, 2), release=st.sampled_from(RELEASES[1:]))
    def repoint(self, group: int, release: str) -> None:
        number = max(self.rollouts) + 1
        old = self.rollouts[self.current[group]]
        if old.state not in CLOSED:
            self.rollouts[old.id] = replace(old, state=RolloutState.SUPERSEDED)
        self.target[group] = package(number + 10, release)
        self.rollouts[number] = Rollout(
            number, package_id=number + 10, group_id=group, release=release
        )
        self.current[group] = number

    @rule(group=st.integers(1, 2))
    def resume(self, group: int) -> None:
        rollout = self.rollouts[self.current[group]]
        if rollout.state is RolloutState.BRAKED:
            self.rollouts[rollout.id] = resumed(rollout, self.now)

    def change(self, name: str, new: MachineEntry | None) -> None:
        ledger = self.ledger()
        ledger.move(self.rows[name], new)
        self.keep(ledger)
        if new is None:
            del self.rows[name]
        else:
            self.rows[name] = new

    @invariant()
    def counters_equal_a_recount(self) -> None:
        open_, late = Counter(), Counter()
        by_rollout: Counter[tuple[int, int]] = Counter()
        tally: Counter[tuple[int, str, int]] = Counter()
        for row in self.rows.values():
            open_[row.group_id] += row.grant_state == GrantState.OPEN
            late[row.group_id] += row.grant_state == GrantState.TIMED_OUT
            if row.rollout_id is not None:
                by_rollout[row.rollout_id, row.grant_state] += 1
            if not row.hidden:
                tally[row.group_id, row.release, row.status] += 1
        if not hasattr(self, "counters"):
            return
        for group, state in self.counters.items():
            assert (state.in_progress, state.timed_out) == (open_[group], late[group])
        for rollout in self.rollouts.values():
            assert rollout.in_progress == by_rollout[rollout.id, GrantState.OPEN]
            if rollout.state not in CLOSED:
                for grant, name in FIELD_OF.items():
                    assert getattr(rollout, name) == by_rollout[rollout.id, grant]
        assert +tally == +self.tally
        assert not [key for key, machines in self.tally.items() if machines < 0]

    @invariant()
    def limits_hold(self) -> None:
        if not hasattr(self, "counters"):
            return
        for group, state in self.counters.items():
            recent = [at for at, where in self.grants if where == group and at > self.now - 60]
            assert len(recent) <= LIMIT
            assert state.in_progress <= LIMIT


Fleet.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
test_fleet = Fleet.TestCase
