"""What kube-scheduler says in a line of its own words is a sentence that fits a row."""

from __future__ import annotations

import pytest

from integrations.kubernetes.summaries.scheduling import misfits


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            (
                "1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, "
                "2 node(s) were unschedulable, 3 Insufficient cpu, 3 Insufficient memory"
            ),
            "3 lack cpu, 3 lack memory, 2 are cordoned, 1 is tainted (unreachable)",
        ),
        (
            (
                "4 node(s) had untolerated taint {dedicated: gpu}, "
                "9 node(s) had volume node affinity conflict"
            ),
            "9 cannot reach its volume, 4 are tainted (dedicated=gpu)",
        ),
        (
            (
                "1 node(s) had untolerated taint(s), 1 node(s) didn't match pod affinity rules, "
                "1 node(s) didn't match pod anti-affinity rules, 1 Too many pods"
            ),
            (
                "1 is tainted, 1 lacks the pods it wants beside it, "
                "1 has pods it must not be beside, 1 is full"
            ),
        ),
        (
            "2 node(s) didn't match pod topology spread constraints (missing required label)",
            "2 would spread it unevenly (missing required label)",
        ),
        ("3 node(s) do things, nobody knows (1, 2)", "3 do things, nobody knows (1, 2)"),
        (
            "pod has unbound immediate PersistentVolumeClaims",
            "pod has unbound immediate PersistentVolumeClaims",
        ),
        ("", ""),
        ("9999999999999 Insufficient cpu", "9999999999999 lack cpu"),
    ],
)
def test_the_scheduler_in_fewer_words(said: str, told: str) -> None:
    assert misfits(said) == told
