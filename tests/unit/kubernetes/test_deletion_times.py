"""Since when an object is being deleted: its timestamp is when it ought to be gone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from backend.features.cluster.deletion import with_deletion
from backend.features.cluster.words import StatusSummary
from backend.features.overview.held import Held
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.summaries.deletion import being_deleted

DUE = "2026-11-28T03:00:30Z"
ASKED = "2026-11-28 03:00:00 UTC"


def leaving(**meta: Any) -> tuple[dict[str, Any], Pod]:
    """A pod that was told to go."""
    raw = {"metadata": {"name": "p", "namespace": "ns", "deletionTimestamp": DUE, **meta}}
    return raw, msgspec.convert(raw, Pod, strict=False)


@pytest.mark.parametrize(
    ("grace", "since", "until"),
    [
        ({"deletionGracePeriodSeconds": 30}, ASKED, "2026-11-28 03:00:30 UTC"),
        ({"deletionGracePeriodSeconds": 0}, "2026-11-28 03:00:30 UTC", ""),
        ({}, "2026-11-28 03:00:30 UTC", ""),
        ({"deletionGracePeriodSeconds": 2**62}, "2026-11-28 03:00:30 UTC", ""),
    ],
)
def test_the_time_it_was_given_is_no_part_of_since(
    grace: dict[str, int], since: str, until: str
) -> None:
    raw, pod = leaving(**grace)
    assert being_deleted(pod, pod.metadata) == f"Being deleted since {since}"
    facts = dict(with_deletion(StatusSummary("", None, "", ()), raw, pod).facts)
    assert (facts["Being deleted since"], facts["Was given time until"]) == (since, until)


def test_a_pod_is_overdue_after_the_time_it_was_given() -> None:
    held = Held(lambda: 0.0)
    _, pod = leaving(deletionGracePeriodSeconds=30)
    held.feeds("c")["pods"].put("ns/p", pod)
    (row,) = held.rows
    due = pod.metadata.deletion_timestamp
    assert due is not None
    assert (row.since, row.due) == (due.timestamp() - 30, due.timestamp() + 60)
