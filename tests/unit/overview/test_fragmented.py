"""A member whose file is mostly free space is a problem that leads to what to do."""

from __future__ import annotations

import pytest

from backend.features.overview.members import member_problem
from tests.unit.overview.test_quorum import member

MIB = 1024 * 1024


def test_it_is_told_with_the_way_to_its_runbook() -> None:
    row = member("m1", etcd="my store", db_size=900 * MIB, db_in_use=300 * MIB)
    found = member_problem(row)
    assert found is not None
    assert (found.severity, found.reason) == ("warning", "Only 33 % of its file is in use")
    assert found.guide == "/key-value/my%20store/runbooks/defragment"


def test_a_full_member_leads_to_making_room() -> None:
    found = member_problem(member("m1", "unhealthy", reason="alarm NOSPACE", alarms=("NOSPACE",)))
    assert found is not None
    assert found.guide == "/key-value/main/runbooks/nospace"
    other = member_problem(member("m1", "unhealthy", reason="alarm CORRUPT", alarms=("CORRUPT",)))
    assert other is not None
    assert other.guide == ""


@pytest.mark.parametrize(
    ("size", "used"),
    [(900 * MIB, 500 * MIB), (200 * MIB, 90 * MIB), (None, None), (900 * MIB, None)],
)
def test_what_is_small_well_used_or_not_known_is_none(size: int | None, used: int | None) -> None:
    assert member_problem(member("m1", db_size=size, db_in_use=used)) is None
