"""What is told of Kubernetes when a store is brought back: also where its keys are not at the usual
place, or are not seen."""

from __future__ import annotations

import pytest

from backend.features.runbooks.restoring import keeps_kubernetes, restore_steps
from integrations.etcd.index import KeyEntry, KeyIndex
from integrations.etcd.settings import EtcdSettings
from tests.unit.runbooks.looking import cluster, member


def index(*paths: str, limit: int = 10) -> KeyIndex:
    found = KeyIndex(limit)
    for path in paths:
        found.put(KeyEntry(path, None, 1, 1, 1, "0", 0.0))
    return found


def settings(prefix: str = "", kubernetes: str = "/registry/") -> EtcdSettings:
    return EtcdSettings(
        name="own",
        endpoints=("http://m1.invalid:2379",),
        prefix=prefix,
        kubernetes_prefix=kubernetes,
    )


@pytest.mark.parametrize(
    ("given", "keys", "expected"),
    [
        (settings(), index("/registry/pods/a/b"), True),
        (settings(kubernetes="/k8s/"), index("/k8s/pods/a/b"), True),
        (settings(kubernetes="/k8s"), index("/k8s/pods/a/b"), True),
        (settings(kubernetes="/k8s"), index("/other/a"), False),
        (settings(kubernetes="/k8s/"), index("/registry/pods/a/b"), False),
        (settings(prefix="/registry/pods/"), index("/registry/pods/a/b"), True),
        (settings(), index("/app/a"), False),
        (settings(prefix="/app/"), index("/app/a"), None),
        (settings(), index("/app/a", "/app/b", limit=1), None),
    ],
)
def test_whether_kubernetes_is_kept_here(
    given: EtcdSettings, keys: KeyIndex, expected: bool | None
) -> None:
    assert keeps_kubernetes(given, keys, listed=True) is expected


def test_before_the_first_listing_it_is_not_known() -> None:
    assert keeps_kubernetes(settings(), index(), listed=False) is None


def told(*, kubernetes: bool | None) -> str:
    steps = restore_steps(cluster(member(1)), "own", "own.db", kubernetes=kubernetes)
    return "\n".join(f"{step.words}\n{step.command}" for step in steps)


def test_where_it_is_not_known_the_steps_are_there_with_their_condition() -> None:
    unknown = told(kubernetes=None)
    assert "If a Kubernetes keeps its objects in this store" in unknown
    assert "--bump-revision" in unknown
    assert "leave out --bump-revision" in unknown
    known = told(kubernetes=True)
    assert "--mark-compacted" in known
    assert "leave out" not in known
    assert "Kubernetes" not in told(kubernetes=False)
    assert "--bump-revision" not in told(kubernetes=False)
