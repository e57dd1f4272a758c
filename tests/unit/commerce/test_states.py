"""The states of one document and of several, to the second."""

from __future__ import annotations

from typing import Any

import pytest

from backend.commerce.licence.combining import replaced, require_coherent
from backend.commerce.licence.comparing import compare
from backend.commerce.licence.dates import begins, ends, grace_ends, notices
from backend.commerce.licence.deciding import may_add, may_edit
from backend.commerce.licence.document import Licence
from backend.commerce.licence.evaluation import Standing, evaluate
from backend.commerce.licence.problems import Refused
from backend.commerce.licence.states import Facts, Phase, State, phase
from backend.commerce.licence.timeline import timeline
from tests.unit.commerce.vendor import DAY, at, believed, licence

NOTHING = Facts()


def stands(*licences: Licence, now: float, counts: Any = None, **known: Any) -> Standing:
    return evaluate([believed(one) for one in licences], counts or {}, now, **known)


def test_the_edges_are_the_last_and_first_hours_of_the_day_on_earth() -> None:
    one = licence(not_before="2026-11-21", expires_on="2027-11-30", grace_days=30)
    assert begins(one) == at(2026, 11, 20, 10)
    assert ends(one) == at(2027, 12, 1, 12)
    assert grace_ends(one) == at(2027, 12, 31, 12)
    assert notices(one)[0] == at(2027, 12, 1, 12) - 60 * DAY


def test_each_state_begins_with_its_second() -> None:
    one = licence()
    edges = [
        (begins(one), Phase.SCHEDULED, Phase.VALID),
        (notices(one)[0], Phase.VALID, Phase.EXPIRING),
        (ends(one), Phase.EXPIRING, Phase.GRACE),
        (grace_ends(one), Phase.GRACE, Phase.DEGRADED),
    ]
    for edge, before, after in edges:
        assert phase(one, edge - 0.001, NOTHING) is before
        assert phase(one, edge, NOTHING) is after


def test_a_leap_day_and_a_licence_of_one_day() -> None:
    one = licence(not_before="2028-02-29", expires_on="2028-02-29", notify_days=[])
    assert (begins(one), ends(one)) == (at(2028, 2, 28, 10), at(2028, 3, 1, 12))
    assert phase(one, ends(one) - 1, NOTHING) is Phase.VALID


def test_a_trial_has_no_grace_and_falls_to_community() -> None:
    one = licence(trial=True, grace_days=30)
    assert phase(one, ends(one), NOTHING) is Phase.OVER
    assert stands(one, now=ends(one)).state is State.COMMUNITY


def test_a_revoked_document_has_grace_from_when_the_list_was_loaded() -> None:
    one, loaded = licence(grace_days=30), at(2027, 1, 1)
    known = Facts(revoked=loaded)
    assert phase(one, loaded, known) is Phase.GRACE
    assert phase(one, loaded + 30 * DAY, known) is Phase.DEGRADED
    assert phase(one, grace_ends(one), Facts(revoked=grace_ends(one) - 1)) is Phase.DEGRADED


def test_a_document_bound_elsewhere_has_thirty_days_whatever_its_own_grace() -> None:
    one, seen = licence(grace_days=0), at(2027, 1, 1)
    assert phase(one, seen + 30 * DAY - 1, Facts(elsewhere=seen)) is Phase.GRACE
    assert phase(one, seen + 30 * DAY, Facts(elsewhere=seen)) is Phase.DEGRADED


def test_a_document_replaces_another_from_the_day_it_begins_and_for_ever() -> None:
    old = licence(entitlements={"servers": {"value": 1000}})
    new = licence(
        jti="LIC-2", sequence=2, supersedes=["LIC-1"], not_before="2027-06-01",
        expires_on="2027-06-30", entitlements={"servers": {"value": 100}}, notify_days=[],
    )  # fmt: skip
    assert stands(old, new, now=begins(new) - 1).entitlements["servers"].value == 1000
    assert stands(old, new, now=begins(new)).entitlements["servers"].value == 100
    late = stands(old, new, now=grace_ends(new))
    assert (late.state, late.held[0].phase, late.held[0].by) == (
        State.DEGRADED, Phase.REPLACED, "LIC-2",
    )  # fmt: skip


def test_a_trial_replaces_nothing() -> None:
    trial = licence(jti="LIC-2", sequence=2, supersedes=["LIC-1"], trial=True)
    assert replaced([licence(), trial], at(2027, 1, 1)) == {}


def test_nobody_replaces_the_licence_of_another_account_or_a_later_one() -> None:
    mine = licence()
    others = licence(jti="LIC-2", sub="ACC-2", sequence=9, supersedes=["LIC-1"])
    earlier = licence(jti="LIC-0", sequence=1, supersedes=["LIC-3"])
    later = licence(jti="LIC-3", sequence=3)
    assert replaced([mine, others, earlier, later], at(2027, 1, 1)) == {}


def test_one_number_of_an_account_is_no_two_licences() -> None:
    with pytest.raises(Refused, match="both number 1"):
        require_coherent([licence(), licence(jti="LIC-2")])
    with pytest.raises(Refused, match="twice"):
        require_coherent([licence(), licence(sequence=2)])
    require_coherent([licence(), licence(jti="LIC-2", sub="ACC-2")])


def test_the_best_state_wins_and_only_living_documents_entitle() -> None:
    old = licence(expires_on="2026-12-01", grace_days=0, entitlements={"servers": {"value": 50}})
    new = licence(jti="LIC-2", sequence=2, entitlements={"servers": {"value": 70}})
    both = stands(old, new, now=at(2027, 2, 1))
    assert (both.state, both.entitlements["servers"].value) == (State.VALID, 70)
    assert [one.phase for one in both.held] == [Phase.DEGRADED, Phase.VALID]


def test_no_document_is_community() -> None:
    assert stands(now=at(2027, 1, 1)).state is State.COMMUNITY


def test_beyond_grace_nothing_is_added_beyond_what_there_was() -> None:
    one = licence(entitlements={"servers": {"value": 1000, "enforce": "hard"}}, features=["sso"])
    now, began = grace_ends(one), {"servers": 412, "clusters": 3}
    full = stands(one, now=now, counts={"servers": 412, "clusters": 3}, began=began)
    assert full.state is State.DEGRADED
    refused = may_add(full, "servers")
    assert (refused.allowed, refused.limit, refused.current) == (False, 412, 412)
    assert "renewed" in refused.fix
    assert not may_add(full, "clusters").allowed
    assert not may_edit(full, "sso").allowed
    dead = stands(one, now=now, counts={"servers": 411, "clusters": 2}, began=began)
    assert may_add(dead, "servers").allowed  # a dead node can be replaced
    assert may_add(dead, "clusters").allowed


def test_within_ten_servers_everything_works_in_every_state() -> None:
    one = licence(grace_days=0)
    for held in ([], [one]):
        small = stands(*held, now=grace_ends(one), counts={"servers": 9, "clusters": 9})
        assert may_add(small, "servers").allowed
        assert may_add(small, "clusters").allowed
        assert may_edit(small, "sso").allowed
    full = stands(now=at(2027, 1, 1), counts={"servers": 11, "clusters": 1})
    for refused in (may_add(full, "servers"), may_add(full, "clusters"), may_edit(full, "sso")):
        assert not refused.allowed
        assert refused.reason.endswith(".")
        assert refused.fix.endswith(".")


def test_what_is_not_counted_is_not_refused() -> None:
    one = licence(entitlements={"servers": {"value": 0, "enforce": "hard"}})
    for now in (at(2027, 1, 1), grace_ends(one)):
        assert may_add(stands(one, now=now, counts={"servers": None}), "servers").allowed
    assert may_edit(stands(now=0.0, counts={"servers": None}), "sso").allowed


@pytest.mark.parametrize(("enforce", "allowed"), [("hard", False), ("soft", True), ("meter", True)])
def test_only_a_hard_limit_stops_additions(enforce: str, allowed: bool) -> None:
    one = licence(entitlements={"servers": {"value": 20, "enforce": enforce}})
    full = stands(one, now=at(2027, 1, 1), counts={"servers": 20})
    assert may_add(full, "servers").allowed is allowed
    assert full.over == ()
    assert stands(one, now=at(2027, 1, 1), counts={"servers": 21}).over == ("servers",)


def test_a_feature_that_was_not_bought_is_not_edited_beyond_the_community_terms() -> None:
    one = licence(features=["chargeback"])
    many = stands(one, now=at(2027, 1, 1), counts={"servers": 400})
    assert may_edit(many, "chargeback").allowed
    assert "No licence here includes 'sso'" in may_edit(many, "sso").reason


def test_the_time_line_has_each_state_once() -> None:
    one = licence()
    spans = timeline([believed(one)], at(2026, 11, 1))
    assert [(span.state, span.start) for span in spans] == [
        (State.COMMUNITY, at(2026, 11, 1)),
        (State.VALID, begins(one)),
        (State.EXPIRING, notices(one)[0]),
        (State.GRACE, ends(one)),
        (State.DEGRADED, grace_ends(one)),
    ]
    revoked = timeline([believed(one)], at(2027, 1, 1), {"LIC-1": Facts(revoked=at(2027, 1, 1))})
    assert [span.state for span in revoked] == [State.GRACE, State.DEGRADED]


def test_a_difference_says_what_grows_and_shrinks_and_is_replaced() -> None:
    old = licence(
        features=["sso"],
        entitlements={"servers": {"value": 100}, "repositories": {"value": 5}},
    )
    new = licence(
        jti="LIC-2", sequence=2, supersedes=["LIC-1"], features=["chargeback"],
        entitlements={"servers": {"value": 50}, "repositories": {"value": None}},
    )  # fmt: skip
    now = at(2027, 1, 1)
    told = compare(stands(old, now=now), stands(old, new, now=now))
    ways = {one.name: (one.before, one.after, one.way) for one in told.entitlements}
    assert ways == {
        "servers": (100, 50, "shrinks"),
        "repositories": (5, None, "grows"),
    }
    assert (told.features_added, told.features_removed) == (("chargeback",), ("sso",))
    assert told.replaces == (("LIC-1", "LIC-2"),)
    first = compare(stands(now=now), stands(old, now=now))
    assert (first.before, first.after) == (State.COMMUNITY, State.VALID)
    assert {one.name: one.way for one in first.entitlements} == {
        "servers": "grows", "repositories": "named",
    }  # fmt: skip
