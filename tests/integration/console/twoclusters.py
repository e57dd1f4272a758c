"""One console on two real stacks, declared by configuration under two names.

Both are filled alike, so nearly every object has a namesake in the other cluster: what is
told apart by its name alone is mixed up here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.consoleprocess import ConsoleProcess, Person, launch_console
from tests.stackfixtures import RunningStack

__all__ = ["HIDDEN", "SEEN", "Pair", "Rows", "console_on", "truth_of"]

SEEN = "harbour"
HIDDEN = "harbour-zqhidden"
"""Begins with the other's name, as a careless prefix check would let through."""
LISTED = {
    "machines": "nodes",
    "pods": "pods",
    "namespaces": "namespaces",
    "services": "services",
    "configmaps": "configmaps",
    "secrets": "secrets",
}
"""Collections whose rows are the objects of one kind, one to one."""
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Pair:
    """Two stacks by the name of their connections, the console on both, and its people."""

    stacks: dict[str, RunningStack]
    console: ConsoleProcess
    owner: Person
    viewer: Person

    def page(self, person: Person, collection: str, **params: Any) -> dict[str, Any]:
        """A list as this person gets it, all of it."""
        query = {"limit": 1000, **params}
        answer = person.http.get(f"/collections/{collection}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def rows(self, person: Person, collection: str, **params: Any) -> Rows:
        """Its rows."""
        found: Rows = self.page(person, collection, **params)["rows"]
        return found


def truth_of(stack: RunningStack, kind: str) -> set[tuple[str, str]]:
    """Namespace and name of all objects of a kind, as the API server itself has them."""
    items = json.loads(stack.kubectl("get", kind, "-A", "-o", "json"))["items"]
    return {(i["metadata"].get("namespace", ""), i["metadata"]["name"]) for i in items}


@contextmanager
def console_on(home: Path, stacks: dict[str, RunningStack]) -> Iterator[ConsoleProcess]:
    """A console whose configuration file names the connections of all these stacks."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "craton.toml").write_text("".join(map(_declared, stacks, stacks.values())))
    console = launch_console(home, None)
    try:
        yield console
    finally:
        console.stop()


def _declared(name: str, stack: RunningStack) -> str:
    etcd = stack.etcd
    tables: dict[str, dict[str, Any]] = {
        "kubernetes": {"kubeconfig": str(stack.kubeconfig)},
        "etcd": {"endpoints": etcd.endpoints, "ca": etcd.ca, "cert": etcd.cert, "key": etcd.key},
        "registry": {"url": stack.registry_url},
    }
    return "".join(_table(kind, {"name": name, **values}) for kind, values in tables.items())


def _table(kind: str, values: dict[str, Any]) -> str:
    # Texts and lists of texts are written alike in JSON and in TOML.
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([f"[[{kind}]]", *lines, "", ""])


def wait_equal(pair: Pair) -> None:
    """Wait until the console has of both clusters what both API servers have.

    The stack is shared and its own cron jobs run: each list is waited for by itself, and names are
    compared, not one count taken now with one taken a moment later.
    """
    for name, stack in pair.stacks.items():
        for collection, kind in LISTED.items():
            deadline = time.monotonic() + 90
            while differ := _shown(pair, collection, name) ^ truth_of(stack, kind):
                said = f"{collection} of {name} differs from kubectl: {sorted(differ)[:5]}"
                assert time.monotonic() < deadline, said
                time.sleep(0.5)


def _shown(pair: Pair, collection: str, cluster: str) -> set[tuple[str, str]]:
    rows = pair.rows(pair.owner, collection, filter=f"cluster={cluster}")
    return {
        (row.get("namespace", "") if collection != "namespaces" else "", row["name"])
        for row in rows
    }
