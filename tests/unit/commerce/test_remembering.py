"""What is written down, and that nothing is while nothing changes."""

from __future__ import annotations

from typing import Any

from backend.commerce.licence.dates import grace_ends
from backend.commerce.licence.evaluation import evaluate
from backend.commerce.licence.remembering import MARKED, Memory, News, news, remembered
from backend.commerce.licence.states import State
from tests.unit.commerce.vendor import at, believed, licence

NOW = at(2027, 1, 1)
EMPTY = Memory(State.COMMUNITY, 0.0, (), {}, NOW, {}, {})
ONE = licence(entitlements={"servers": {"value": 100, "enforce": "meter"}})


def memory(last: Memory, counts: dict[str, int | None], now: float, *documents: Any) -> Memory:
    standing = evaluate(documents, counts, now, began=last.began or None)
    return remembered(last, standing, now, last.facts, last.kept)


def test_while_nothing_changes_nothing_is_to_be_written() -> None:
    first = memory(EMPTY, {"servers": 5}, NOW + 60, believed(ONE))
    assert first.state is State.VALID
    assert memory(first, {"servers": 50}, NOW + MARKED - 1, believed(ONE)) == first
    later = memory(first, {"servers": 50}, NOW + MARKED, believed(ONE))
    assert (later.mark, later.since) == (NOW + MARKED, NOW + 60)


def test_the_counts_as_grace_ended_are_kept_and_later_ones_fill_gaps_only() -> None:
    end = grace_ends(ONE)
    began = memory(EMPTY, {"servers": 412, "clusters": None}, end, believed(ONE))
    assert began.began == {"servers": 412}
    later = memory(began, {"servers": 500, "clusters": 3}, end + 60, believed(ONE))
    assert later.began == {"servers": 412, "clusters": 3}
    renewed = licence(jti="LIC-2", sequence=2, expires_on="2029-01-01")
    assert memory(later, {}, end + 120, believed(ONE), believed(renewed)).began == {}


def test_a_limit_that_is_passed_is_news_once_and_a_gap_in_counting_is_none() -> None:
    fine = memory(EMPTY, {"servers": 100}, NOW, believed(ONE))
    over = memory(fine, {"servers": 101}, NOW, believed(ONE))
    assert news(fine, over) == [News("over", "", "servers")]
    unknown = memory(over, {"servers": None}, NOW, believed(ONE))
    assert news(over, unknown) == []
    assert news(unknown, memory(unknown, {"servers": 99}, NOW, believed(ONE))) == [
        News("over", "servers", "")
    ]


def test_a_new_state_is_news() -> None:
    assert news(EMPTY, memory(EMPTY, {}, NOW, believed(ONE))) == [
        News("state", "COMMUNITY", "VALID")
    ]
