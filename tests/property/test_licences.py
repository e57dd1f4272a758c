"""What holds of every licence and every set of them (licensing reference, section 10)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.commerce.licence.clock import observe
from backend.commerce.licence.combining import combined
from backend.commerce.licence.dates import begins
from backend.commerce.licence.deciding import may_add, may_edit
from backend.commerce.licence.document import Binding, Entitlement, Licence
from backend.commerce.licence.evaluation import evaluate
from backend.commerce.licence.states import GOOD, ORDER, Facts, State, phase
from backend.commerce.licence.timeline import timeline
from backend.commerce.licence.verify import Verified

NAMES = ("servers", "clusters", "repositories")
FIRST = date(2026, 1, 1)
MOMENTS = st.floats(min_value=1.7e9, max_value=2.2e9, allow_nan=False)
COUNTS = st.dictionaries(st.sampled_from(NAMES), st.none() | st.integers(0, 60))
FACTS = st.builds(Facts, revoked=st.none() | MOMENTS, elsewhere=st.none() | MOMENTS)

entitlements = st.builds(
    Entitlement,
    value=st.none() | st.integers(0, 50),
    combine=st.sampled_from(["sum", "max", "any"]),
    enforce=st.sampled_from(["hard", "soft", "meter"]),
)


@st.composite
def licences(draw: st.DrawFn, sequence: int = 1, *, superseding: bool = False) -> Licence:
    start = FIRST + timedelta(draw(st.integers(0, 800)))
    earlier = [f"LIC-{each}" for each in range(1, sequence)]
    gone = draw(st.lists(st.sampled_from(earlier), unique=True)) if superseding and earlier else []
    return Licence(
        iss="i", sub="s", jti=f"LIC-{sequence}", iat=0, schema=3, sequence=sequence, edition="e",
        not_before=start, expires_on=start + timedelta(draw(st.integers(0, 800))),
        supersedes=tuple(gone), grace_days=draw(st.integers(0, 90)),
        notify_days=tuple(draw(st.lists(st.integers(0, 90), max_size=4))), binding=Binding(),
        features=tuple(draw(st.lists(st.sampled_from(["sso", "chargeback"]), unique=True))),
        entitlements=draw(st.dictionaries(st.sampled_from(NAMES), entitlements)),
        trial=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def sets(draw: st.DrawFn, *, superseding: bool = False) -> list[Licence]:
    many = draw(st.integers(0, 4))
    return [draw(licences(number, superseding=superseding)) for number in range(1, many + 1)]


def believed(found: list[Licence]) -> list[Verified]:
    return [Verified(one, "", "k", demo=False) for one in found]


def limit(found: dict[str, Entitlement], name: str) -> float:
    one = found.get(name)
    return float("inf") if one is None or one.value is None else one.value


@given(sets(), licences(9), MOMENTS)
def test_another_licence_never_lowers_an_entitlement(
    found: list[Licence], more: Licence, now: float
) -> None:
    living = [one for one in found if phase(one, now, Facts()) in GOOD]
    if not living:
        return
    before, after = dict(combined(living)), dict(combined([*living, more]))
    for name in NAMES:
        assert limit(after, name) >= limit(before, name)


@given(sets(), licences(9), COUNTS, MOMENTS)
def test_another_licence_refuses_nothing_that_was_allowed(
    found: list[Licence], more: Licence, counts: dict[str, int | None], now: float
) -> None:
    before = evaluate(believed(found), counts, now)
    after = evaluate(believed([*found, more]), counts, now)
    if before.state is not State.DEGRADED:  # its ceilings are what there was, not what was bought
        for name in NAMES:
            assert may_add(after, name).allowed >= may_add(before, name).allowed
    assert may_edit(after, "sso").allowed >= may_edit(before, "sso").allowed


@given(licences(), FACTS, st.lists(MOMENTS, min_size=2))
def test_time_moves_one_document_in_one_direction(
    one: Licence, facts: Facts, moments: list[float]
) -> None:
    seen = [phase(one, now, facts) for now in sorted(moments) if now >= begins(one)]
    known = [ORDER[each] for each in seen]
    # What was found out later does not change what was: the facts hold from the first moment.
    assert all(early <= late for early, late in pairwise(known))


@given(sets(superseding=True), COUNTS, MOMENTS, st.randoms())
def test_the_order_of_documents_means_nothing(
    found: list[Licence], counts: dict[str, int | None], now: float, random: object
) -> None:
    mixed = list(found)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = evaluate(believed(found), counts, now), evaluate(believed(mixed), counts, now)
    assert (one.state, one.entitlements, one.features, one.over) == (
        other.state, other.entitlements, other.features, other.over,
    )  # fmt: skip


@given(sets(superseding=True), COUNTS, MOMENTS)
def test_ten_servers_are_everybodys_in_every_state(
    found: list[Licence], counts: dict[str, int | None], now: float
) -> None:
    few = {**counts, "servers": min(counts.get("servers") or 0, 9)}
    standing = evaluate(believed(found), few, now)
    assert all(may_add(standing, name).allowed for name in NAMES)
    assert may_edit(standing, "sso").allowed


@given(sets(superseding=True), MOMENTS, MOMENTS)
def test_the_time_line_says_what_will_be(found: list[Licence], since: float, later: float) -> None:
    spans = timeline(believed(found), since)
    if later < since:
        return
    told = [span.state for span in spans if span.start <= later][-1]
    assert told is evaluate(believed(found), {}, later).state


@given(st.lists(MOMENTS, min_size=1), st.none() | MOMENTS)
def test_the_mark_never_falls_and_counts_at_least(walls: list[float], second: float | None) -> None:
    mark: float | None = None
    for wall in walls:
        seen = observe(wall, mark, second)
        assert mark is None or seen.mark >= mark
        assert seen.now >= seen.mark or seen.trust.value == "unconfirmed"
        mark = seen.mark
