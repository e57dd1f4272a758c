"""The catalogue of kinds and the roles compiled against it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from auth.builtin import built_in
from auth.kinds import Catalogue, Kind, KindError
from auth.role import RoleError, compile_role
from auth.scope import cluster, etcd, namespace, organisation, parse, registry, system, updates
from auth.verb import EDIT, READ, Verb
from backend.app import create_app
from backend.settings import Settings
from backend.state import console_of
from tests.roles import declared

ROOT = Path(__file__).resolve().parents[3]
POD = Kind("pod", "Pods", READ | {Verb.EXEC}, scope=namespace)
INVOICE = Kind("invoice", "Invoices", READ | EDIT, sensitive=True)


def test_a_star_never_means_a_sensitive_kind() -> None:
    """A viewer must not read invoices because somebody added billing."""
    catalogue = Catalogue(POD, INVOICE)
    everything = compile_role("all", "All", ["*:*"], catalogue)
    assert everything.pairs == POD.pairs
    roles = built_in(catalogue)
    assert not roles["viewer"].allows("invoice", Verb.GET)
    assert not roles["operator"].allows("invoice", Verb.DELETE)
    assert roles["owner"].pairs == POD.pairs | INVOICE.pairs
    named = compile_role("billing", "Billing", ["invoice:*", "*:get"], catalogue)
    assert named.pairs == INVOICE.pairs | {("pod", Verb.GET)}


@pytest.mark.parametrize(
    ("kind", "scope", "within"),
    [
        (Kind("machine", "Machines", scope=cluster), "org/main", True),
        (Kind("machine", "Machines", scope=cluster), "org/main/cluster/c1", True),
        (Kind("machine", "Machines", scope=cluster), "org/main/cluster/c1/ns/web", False),
        (Kind("machine", "Machines", scope=cluster), "org/main/etcd/e1", False),
        (POD, "org/main/cluster/c1/ns/web", True),
        (POD, "org/main/registry/r1", False),
        (Kind("key", "Keys", scope=etcd), "org/main/etcd/e1", True),
        (Kind("tag", "Tags", scope=registry), "org/main/registry/r1/repo/team/app/web", True),
        (Kind("tag", "Tags", scope=registry), "org/main/registry/r1", True),
        (Kind("update-group", "Groups", scope=updates), "org/main/updates/app/group/g1", True),
        (Kind("stack", "Stack", scope=organisation), "org/main/cluster/c1", False),
        (Kind("event", "Events"), "org/main/cluster/c1/ns/web", True),
        (Kind("connection", "Connections", scope=system), "org/main/cluster/c1", True),
        (Kind("connection", "Connections", scope=system), "org/main/etcd/e1", True),
        (Kind("connection", "Connections", scope=system), "org/main/cluster/c1/ns/web", False),
        (Kind("connection", "Connections", scope=system), "org/main/registry/r1/repo/a", False),
    ],
)
def test_a_right_is_of_use_only_where_such_things_can_lie(
    kind: Kind, scope: str, within: bool
) -> None:
    assert kind.lies_within(parse(scope)) is within


@pytest.mark.parametrize(
    "right", ["", "pod", ":get", "pod:", "pods:get", "pod:reveal", "pod:fly", "*:fly", "**:get"]
)
def test_a_right_that_names_nothing_is_refused(right: str) -> None:
    with pytest.raises(RoleError):
        compile_role("x", "X", [right], Catalogue(POD, INVOICE))


def test_a_kind_is_declared_once_and_named_plainly() -> None:
    catalogue = Catalogue(POD, POD)
    assert [kind.name for kind in catalogue] == ["pod"]
    with pytest.raises(KindError):
        catalogue.declare(Kind("pod", "Other pods"))
    with pytest.raises(KindError):
        catalogue.check("pod", Verb.REVEAL)
    with pytest.raises(KindError):
        catalogue.check("node", Verb.GET)
    for name in ("", "Pod", "a b", "*", "pod:get", "1"):
        with pytest.raises(KindError):
            Kind(name, "X")
    assert POD.scope("main", "c1", "web") == ("org", "main", "cluster", "c1", "ns", "web")


def test_every_kind_in_use_is_declared(tmp_path: Path) -> None:
    """`create_app` refuses a collection of an undeclared kind; this reads the checks too."""
    app = create_app(Settings(home=tmp_path))
    catalogue = console_of(app).catalogue
    assert {kind.name for kind in declared()} == {kind.name for kind in catalogue}
    used = [
        (f"{path.relative_to(ROOT)}:{line}", kind, verb)
        for path in (ROOT / "backend").rglob("*.py")
        for line, kind, verb in _pairs(ast.parse(path.read_text()))
    ]
    assert len(used) > 10
    wrong = []
    for where, kind, verb in used:
        try:
            catalogue.check(kind, Verb[verb])
        except KindError as error:
            wrong.append(f"{where}: {error}")
    assert wrong == []


def _pairs(tree: ast.AST) -> list[tuple[int, str, str]]:
    """Calls with a literal kind directly before ``Verb.X``; where an action is declared, its own
    name or title stands there."""
    found = []
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in (one for one in calls if not _declares_an_action(one)):
        for kind, verb in zip(call.args, call.args[1:], strict=False):
            if isinstance(kind, ast.Constant) and isinstance(kind.value, str) and _is_verb(verb):
                assert isinstance(verb, ast.Attribute)
                found.append((call.lineno, kind.value, verb.attr))
    return found


def _declares_an_action(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in {"ObjectAction", "Undertaking"}


def _is_verb(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Verb"
    )
