"""What is said of objects of custom kinds, whose conditions follow no common rule."""

from __future__ import annotations

from typing import Any

import pytest

from backend.features.cluster.conditions import conditions
from backend.features.cluster.custom import custom_summary
from backend.features.cluster.listing import printed_dates
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.models.core import CustomResourceDefinition
from integrations.kubernetes.models.meta import Metadata
from integrations.lenient import convert

KIND = ResourceKind("things", "Thing", "ops.example", "v1", Metadata)


def of(phase: str = "", **conditions: str) -> dict[str, Any]:
    """An object with these conditions."""
    listed = [{"type": name, "status": status} for name, status in conditions.items()]
    return {"status": {"phase": phase, "conditions": listed}}


@pytest.mark.parametrize(
    ("raw", "healthy"),
    [
        (of(Ready="True", Active="False"), True),
        (of("Succeeded", Completed="True", PodRunning="False"), True),
        (of("Running", Ready="True", LiveMigratable="False"), True),
        (of(Available="True", ScalingUp="False"), True),
        (of(Ready="True", BackupFinished="False", AddonInstalled="False"), True),
        (of(Ready="True", Degraded="True"), False),
        (of(Available="True", Stalled="True"), False),
        (of(Ready="True", Synced="False"), False),
        (of(Ready="True", Available="False"), False),
        (of(Ready="False", Installed="True"), False),
        (of("Failed", Ready="True"), False),
        (of("Setting up primary"), None),
        (of(Active="False"), None),
        (of(MaintenanceActive="True"), None),
        (of(CacheSynced="False"), False),
    ],
)
def test_what_speaks_for_the_whole_object_outranks_the_rest(
    raw: dict[str, Any], healthy: bool | None
) -> None:
    assert custom_summary(KIND, raw).healthy is healthy


def test_whole_objects_are_read_only_for_dates_that_their_metadata_does_not_hold() -> None:
    columns = [
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        {"name": "Name", "type": "date", "jsonPath": ".metadata.name"},
        {"name": "Born", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        {"name": "Phase", "type": "string", "jsonPath": ".status.phase"},
    ]
    last = {"name": "Last", "type": "date", "jsonPath": ".status.lastRun"}
    born = {"Born": ".metadata.creationTimestamp"}
    assert printed_dates(defined(*columns)) == (born, False)
    assert printed_dates(defined(*columns, last)) == ({**born, "Last": ".status.lastRun"}, True)
    assert printed_dates(KIND) == ({}, False)


def defined(*columns: dict[str, Any]) -> ResourceKind:
    """The kind with a definition that prints these columns."""
    version = {"name": "v1", "served": True, "additionalPrinterColumns": list(columns)}
    raw = {"metadata": {"name": "things.ops.example"}, "spec": {"versions": [version]}}
    definition, _ = convert(raw, CustomResourceDefinition, size=0)
    return ResourceKind("things", "Thing", "ops.example", "v1", Metadata, definition=definition)


@pytest.mark.parametrize(
    ("status", "shown", "good"),
    [
        (True, "True", True),
        (False, "False", False),
        ("true", "True", True),
        ("FALSE", "False", False),
        ("unknown", "Unknown", None),
        (None, "", None),
        (1, "1", None),
        (["True"], "['True']", None),
    ],
)
def test_a_condition_is_read_however_its_status_is_written(
    status: Any, shown: str, good: bool | None
) -> None:
    raw = {"status": {"conditions": [{"type": "Ready", "status": status}, None]}}
    (view,) = conditions(raw, KIND)
    assert (view.status, view.good) == (shown, good)
    assert custom_summary(KIND, raw).healthy is good
