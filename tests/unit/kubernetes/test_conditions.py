"""Which way a condition is good, of any type."""

from __future__ import annotations

import pytest

from integrations.kubernetes.models.meta import Condition
from integrations.kubernetes.paths import in_metadata, value_at
from integrations.kubernetes.summaries.conditions import is_good, phase_is_good, wrong_on_a_node


@pytest.mark.parametrize(
    ("name", "status", "good"),
    [
        ("Ready", "True", True),
        ("MyOperatorHealthy", "False", False),
        ("Degraded", "False", True),
        ("Degraded", "True", False),
        ("NetworkUnavailable", "False", True),
        ("KernelDeadlock", "True", False),
        ("KernelHasNoDeadlock", "True", True),
        ("KernelHasNoDeadlock", "False", False),
        ("ErrorFree", "True", True),
        ("ErrorFree", "False", False),
        ("ScalingActive", "False", False),
        ("NotReady", "True", False),
        ("ReadonlyFilesystem", "True", False),
        ("example.com/CacheSynced", "False", False),
        ("Completed", "False", None),
        ("Upgradeable", "False", None),
        ("Suspended", "True", None),
        ("Active", "False", None),
        ("PodRunning", "False", None),
        ("LiveMigratable", "False", None),
        ("ScalingUp", "False", None),
        ("ScalingDown", "True", None),
        ("MaintenanceActive", "True", None),
        ("AlertActive", "True", None),
        ("ErrorActive", "True", False),
        ("Ready", "Unknown", None),
        ("Ready", "", None),
        ("", "True", None),
    ],
)
def test_the_last_word_that_says_so_decides(name: str, status: str, good: bool | None) -> None:
    assert is_good(name, status) is good


def test_progress_is_good_of_a_deployment_and_elsewhere_comes_and_goes() -> None:
    assert is_good("Progressing", "False") is False
    assert is_good("Progressing", "False", custom=True) is None


def test_what_is_unknown_by_name_is_a_problem_of_a_node_when_it_is_true() -> None:
    for name in (
        "FrequentKubeletRestart",
        "VMEventScheduled",
        "MaintenanceActive",
        "AlertActive",
        "FailoverActive",
    ):
        assert wrong_on_a_node(Condition(type=name, status="True"))
        assert not wrong_on_a_node(Condition(type=name, status="False"))
    assert not wrong_on_a_node(Condition(type="EtcdIsVoter", status="True"))


def test_what_is_up_on_a_node_works() -> None:
    for name in ("NodeUp", "LinkUp", "example.com/BMCNetworkUp"):
        assert not wrong_on_a_node(Condition(type=name, status="True"))
        assert wrong_on_a_node(Condition(type=name, status="False"))
        assert not wrong_on_a_node(Condition(type=name, status="Unknown"))
    assert not wrong_on_a_node(Condition(type="WarmingUp", status="False"))
    assert wrong_on_a_node(Condition(type="LinkDown", status="True"))


@pytest.mark.parametrize(
    ("phase", "good"),
    [
        ("Running", True),
        ("running", True),
        ("Active", True),
        ("Down", False),
        ("Failed", False),
        ("", None),
        ("CrashLooping", False),
        ("PartiallyFailed", False),
        ("Waiting", None),
        ("ScalingUp", None),
        ("NotRunning", None),
        ("WaitingForReady", None),
        ("Setting up primary", None),
        ("Waiting for the instances to become active", None),
        ("Cluster in healthy state", None),
        ("Creating a new replica failed once", None),
    ],
)
def test_a_phase_is_judged_when_it_is_one_word(phase: str, good: bool | None) -> None:
    assert phase_is_good(phase) is good


def test_simple_paths_name_one_value() -> None:
    document = {"a": {"b.c": [{"d": 1}, {"d": 2}]}, "x": None}
    assert value_at(document, r".a.b\.c[1].d") == 2
    assert value_at(document, ".a['b.c'][-1].d") == 2
    assert value_at(document, ".x.y") is None
    assert value_at(document, ".a[*]") is None
    assert value_at(document, "") is None


def test_a_path_tells_whether_it_leads_into_the_metadata() -> None:
    for path in (".metadata.creationTimestamp", "{.metadata.labels.a}", "['metadata'].name"):
        assert in_metadata(path)
    for path in (".status.metadata", ".metadataOf.x", ".status.lastRun", ".metadata[*]", ""):
        assert not in_metadata(path)
