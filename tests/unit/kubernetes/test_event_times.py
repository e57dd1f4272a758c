"""When an event happened, by whichever clock can be believed (issue 9, kind 13)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from integrations.kubernetes.models.core import Event
from integrations.kubernetes.models.meta import seconds
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.summaries.events import EventTimes, event_times
from integrations.kubernetes.summaries.pods import pod_summary

NOW = 1_795_867_200.0  # 2026-11-28T12:00:00Z
TEN, ELEVEN, SOON, LATER = (
    "2026-11-28T10:00:00Z", "2026-11-28T11:00:00Z", "2026-11-28T12:04:00Z", "2031-01-01T00:00:00Z",
)  # fmt: skip
AT_TEN, AT_ELEVEN = NOW - 7200, NOW - 3600


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"firstTimestamp": TEN, "lastTimestamp": ELEVEN}, EventTimes(AT_TEN, AT_ELEVEN)),
        (
            {"eventTime": TEN, "series": {"count": 3, "lastObservedTime": ELEVEN}},
            EventTimes(AT_TEN, AT_ELEVEN),
        ),
        ({"firstTimestamp": None, "lastTimestamp": None}, EventTimes(AT_TEN, AT_TEN)),
        ({"lastTimestamp": LATER}, EventTimes(AT_TEN, AT_TEN)),
        ({"firstTimestamp": LATER, "lastTimestamp": ELEVEN}, EventTimes(AT_ELEVEN, AT_ELEVEN)),
        ({"lastTimestamp": SOON}, EventTimes(NOW + 240, NOW + 240)),
        ({"lastTimestamp": "0001-01-01T00:00:00Z"}, EventTimes(AT_TEN, AT_TEN)),
        ({"firstTimestamp": ELEVEN, "lastTimestamp": TEN}, EventTimes(AT_TEN, AT_TEN)),
    ],
)
def test_times(given: dict[str, Any], wanted: EventTimes):
    manifest = {"metadata": {"name": "e", "creationTimestamp": TEN}, **given}
    manifest = {name: value for name, value in manifest.items() if value is not None}
    assert event_times(msgspec.convert(manifest, Event), NOW) == wanted


def test_an_event_of_no_time_has_none():
    manifest = {"metadata": {"name": "e", "creationTimestamp": LATER}, "lastTimestamp": LATER}
    assert event_times(msgspec.convert(manifest, Event), NOW) == EventTimes(0.0, 0.0)


def test_no_time_at_all_is_none_and_a_restart_to_come_is_not_the_last() -> None:
    assert seconds(datetime(1, 1, 1, tzinfo=UTC)) is None
    assert seconds(datetime(1970, 1, 1, tzinfo=UTC)) is None
    ended = {"terminated": {"exitCode": 1, "finishedAt": "2999-01-01T00:00:00Z"}}
    statuses = [{"name": "main", "restartCount": 1, "lastState": ended, "state": {"running": {}}}]
    manifest = {
        "metadata": {"name": "x", "creationTimestamp": "0001-01-01T00:00:00Z"},
        "status": {"phase": "Running", "containerStatuses": statuses},
    }
    pod = msgspec.convert(manifest, Pod, strict=False)
    assert pod_summary(pod).last_restart is None


def test_what_was_said_of_an_end_to_come_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = {"terminated": {"exitCode": 1, "finishedAt": "2999-01-01T00:00:00Z"}}
    statuses = [{"name": "main", "restartCount": 1, "lastState": ended, "state": {"running": {}}}]
    manifest = {"status": {"phase": "Running", "containerStatuses": statuses}}
    pod = msgspec.convert(manifest, Pod, strict=False)
    assert pod_summary(pod).last_restart is None
    then = datetime(2999, 1, 1, tzinfo=UTC).timestamp()
    monkeypatch.setattr("time.time", lambda: then)
    assert pod_summary(pod).last_restart == then
    assert pod_summary(pod) is pod_summary(pod)
