"""A cluster that decides too: its own rights, as they are now, decide which rows are shown."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.consoleprocess import Person
from tests.integration.console.conftest import OpenTab
from tests.integration.console.estate import everything
from tests.stackfixtures import RunningStack
from tests.waiting import until

pytestmark = pytest.mark.timeout(600)

RELEASE = json.dumps({"metadata": {"finalizers": None}})
PROMISED = 10.0
"""Seconds an answer of the cluster is believed."""
PATIENCE = 60.0
"""A loaded machine may be late."""


@pytest.fixture
def namespace(stack: RunningStack) -> Iterator[str]:
    """One for each test: they take its role bindings away."""
    name = f"lent-{uuid.uuid4().hex[:8]}"
    everything(stack, name, "thing")
    yield name
    stack.kubectl("delete", "namespace", name, "--wait=false")


async def test_a_right_taken_away_in_the_cluster_takes_the_rows(
    stack: RunningStack, namespace: str, member: Callable[..., Person], tab: OpenTab
) -> None:
    person = member(("viewer", f"org/main/cluster/local/ns/{namespace}"))
    socket = await tab(person)
    pods = await socket.subscribe("pods", "pods", facet=["namespace"])
    leases = await socket.subscribe("leases", "leases")
    secrets = await socket.subscribe("secrets", "secrets")
    await socket.until(lambda: bool(pods.rows and leases.rows), PATIENCE, "the stack binds roles")
    assert secrets.total == 0, "the console's viewer may list them, Kubernetes' may not"
    assert "thing" in {row["name"] for row in pods.rows}

    await asyncio.to_thread(
        stack.kubectl, "delete", "rolebinding", "craton-viewer-view", "-n", namespace
    )
    await socket.until(lambda: pods.total == 0, PROMISED + PATIENCE, "the pods leave the page")
    assert pods.rows == []
    await socket.until(lambda: bool(leases.rows), PATIENCE, "another binding holds")
    listed = person.http.get("/collections/pods", params={"facet": "namespace"}).json()
    assert (listed["rows"], listed["total"], listed["facets"]["namespace"]) == ([], 0, [])

    def kinds() -> set[str]:
        found = person.http.get("/search", params={"q": "thing"}).json()["results"]
        return {hit["kind"] for hit in found}

    await until(kinds, seconds=PATIENCE)
    assert "pod" not in kinds()

    bind = ("create", "rolebinding", "again", "--clusterrole=view", f"--user=craton:{person.login}")
    await asyncio.to_thread(stack.kubectl, *bind, "-n", namespace)
    await socket.until(lambda: bool(pods.rows), PROMISED + PATIENCE, "the pods are back")
    socket.assert_as_described()


async def test_held_objects_of_custom_kinds_are_shown_to_whom_the_cluster_lets_list_them(
    stack: RunningStack, namespace: str, member: Callable[..., Person]
) -> None:
    group = f"held-{uuid.uuid4().hex[:8]}.example"
    keep = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    names = {"plural": "locks", "singular": "lock", "kind": "Lock", "listKind": "LockList"}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": keep}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"locks.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [version]},
    }

    def kubectl(*words: str, stdin: str | None = None) -> None:
        stack.kubectl(*words, stdin=stdin)

    await asyncio.to_thread(kubectl, "apply", "-f", "-", stdin=json.dumps(definition))
    crd = f"crd/locks.{group}"
    await asyncio.to_thread(kubectl, "wait", "--for=condition=Established", crd, "--timeout=50s")
    meta = {"name": "held", "namespace": namespace, "finalizers": ["example.test/hold"]}
    lock = {"apiVersion": f"{group}/v1", "kind": "Lock", "metadata": meta}

    def held() -> bool:
        try:
            kubectl("apply", "-f", "-", stdin=json.dumps(lock))
        except AssertionError:  # a kind that is new is known to kubectl a moment later
            return False
        kubectl("-n", namespace, "delete", f"locks.{group}/held", "--wait=false")
        return True

    await until(held, seconds=PATIENCE)
    whole, near = (
        member(("owner", "org/main")),
        member(("viewer", f"org/main/cluster/local/ns/{namespace}")),
    )

    def sees(person: Person) -> bool:
        wanted = {"filter": f"namespace={json.dumps(namespace)}", "limit": 500}
        rows = person.http.get("/collections/problems", params=wanted).json()["rows"]
        return any((row["kind"], row["name"]) == ("Lock", "held") for row in rows)

    await until(lambda: sees(whole), seconds=PATIENCE)
    assert not sees(near), "Kubernetes' view does not hold this kind"
    role = ("-n", namespace, "create", "role", "locks", "--verb=list", f"--resource=locks.{group}")
    await asyncio.to_thread(kubectl, *role)
    bind = ("create", "rolebinding", "locks", "--role=locks", f"--user=craton:{near.login}")
    await asyncio.to_thread(kubectl, "-n", namespace, *bind)
    await until(lambda: sees(near), seconds=PROMISED + PATIENCE)
    let_go = ("patch", f"locks.{group}/held", "--type=merge", "-p", RELEASE)
    await asyncio.to_thread(kubectl, "-n", namespace, *let_go)
    await until(lambda: not sees(whole), seconds=PATIENCE)
    await asyncio.to_thread(kubectl, "delete", crd, "--wait=false")


async def test_the_overview_counts_only_what_both_allow(
    stack: RunningStack, namespace: str, member: Callable[..., Person]
) -> None:
    scope = f"org/main/cluster/local/ns/{namespace}"
    one, other = member(("viewer", scope)), member(("operator", scope))

    def workloads(person: Person) -> int:
        systems = person.http.get("/overview").json()["systems"]
        return next(s["counts"].get("workloads", 0) for s in systems if s["name"] == "kubernetes")

    await until(lambda: workloads(other) > 0, seconds=PATIENCE)
    bindings = stack.kubectl("get", "rolebindings", "-n", namespace, "-o", "name")
    if "craton-viewer-view" in bindings:
        stack.kubectl("delete", "rolebinding", "craton-viewer-view", "-n", namespace)
    await until(lambda: workloads(one) == 0, seconds=PROMISED + PATIENCE)
    # Who may see more is not served another's answer.
    await until(lambda: workloads(other) > 0, seconds=PATIENCE)
