"""What is counted between two writes stays bounded, also when it is given back."""

from __future__ import annotations

from backend.omaha.checkin.collected import KEPT, NAMES, Collected


def test_rows_given_back_are_counted_with_those_since() -> None:
    rows = Collected()
    rows.count("a", 1.0)
    rows.count("b", 2.0)
    taken = rows.take()
    rows.count("a", 3.0)
    rows.give_back(taken)
    found = {key: (row.requests, row.first_at, row.last_at) for key, row in rows.rows.items()}
    assert found == {"a": (2, 1.0, 3.0), "b": (1, 2.0, 2.0)}


def test_giving_back_goes_past_no_bound() -> None:
    rows = Collected()
    for number in range(NAMES):
        rows.count(f"old {number}", 1.0, "one")
    for number in range(KEPT):
        rows.count(f"rest {number}", 1.0)
    assert len(rows.rows) == KEPT
    taken = rows.take()
    assert not rows.full("new 0", "one")
    for number in range(NAMES):
        rows.count(f"new {number}", 2.0, "one")
    rows.give_back(taken)
    assert len(rows.rows) == KEPT
    assert not [key for key in rows.rows if key.startswith("old")]
    assert rows.full("new", "one")
    assert not rows.full("new 1", "one")
