"""How people of the console are known to a cluster."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from auth.subject import Subject, SubjectKind, group
from backend.connections.acting import kubernetes_caller
from integrations.caller import MAX_GROUPS
from integrations.kubernetes.settings import ConnectionSettings, RightsSource
from tests.people import holding, principal
from tests.roles import ROLES

BOTH = ConnectionSettings(name="c", kubeconfig=Path("k"), rights=RightsSource.BOTH)


def person(login: str, *grants: tuple[str, Scope], also: tuple[Subject, ...] = ()) -> Principal:
    policy = holding(*((ROLES[role], where) for role, where in grants))
    return replace(principal(policy, also=also), login=login)


def test_a_connection_decides_alone_unless_it_is_told_otherwise():
    settings = ConnectionSettings(name="c", kubeconfig=Path("k"))
    assert kubernetes_caller(person("ada"), settings) is None


def test_groups_are_the_roles_held_there_and_nowhere_else():
    caller = kubernetes_caller(
        person(
            "ada",
            ("viewer", scope.organisation("main")),
            ("operator", scope.cluster("main", "c")),
            ("owner", scope.namespace("main", "c", "shop")),
            ("owner", scope.cluster("main", "other")),
            ("owner", scope.organisation("else")),
            ("owner", scope.etcd("main", "c")),
        ),
        BOTH,
    )
    assert caller is not None
    assert caller.user == "craton:ada"
    assert caller.groups == ("craton:operator", "craton:viewer", "craton:owner:shop")


@pytest.mark.parametrize(
    ("login", "user"),
    [
        ("ada@example.org", "craton:ada@example.org"),
        ("system:admin", "craton:system%3Aadmin"),
        ("a b\r\nImpersonate-Group: x", "craton:a%20b%0D%0AImpersonate-Group%3A%20x"),
        ("käthe", "craton:k%C3%A4the"),
        ("a:owner", "craton:a%3Aowner"),
    ],
)
def test_no_login_breaks_out(login, user):
    caller = kubernetes_caller(person(login), BOTH)
    assert caller is not None
    assert (caller.user, caller.groups) == (user, ())


def test_of_very_many_groups_those_that_count_come_first():
    grants = [("viewer", scope.namespace("main", "c", f"n{n:03}")) for n in range(300)]
    grants.append(("viewer", scope.cluster("main", "c")))
    caller = kubernetes_caller(person("ada", *grants), BOTH, "n299")
    assert caller is not None
    assert caller.groups[:2] == ("craton:viewer", "craton:viewer:n299")
    assert len(caller.groups) == MAX_GROUPS


def test_teams_groups_and_services_are_told_apart():
    also = (Subject(SubjectKind.TEAM, "blue"), group("idp", "dev:ops"))
    caller = kubernetes_caller(person("ada", also=also), BOTH)
    assert caller is not None
    assert caller.groups == ("craton:group/idp/dev%3Aops", "craton:team/blue")
    robot = replace(person("ada"), subject=Subject(SubjectKind.SERVICE, "deploy"))
    caller = kubernetes_caller(robot, BOTH)
    assert caller is not None
    assert caller.user == "craton:service/deploy"
