"""What the tokens of a trust rule may, and which API server its connection led to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auth.binding import Binding
from auth.policy import Policy
from auth.role import Role
from auth.scope import Scope, covers, organisation, team
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.features.trust.holding import bounded, written_out
from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.kubernetes.issuer import destination

ORG, BLUE, RED = organisation("main"), team("main", "blue"), team("main", "red")
NOW = 1000.0
Given = tuple[Scope, str, float | None]


def policy(*given: Given) -> Policy:
    """Bindings to ``pod:VERB`` for each letter's verb."""
    verbs = {"l": Verb.LIST, "g": Verb.GET, "d": Verb.DELETE}
    return Policy(
        tuple(
            Binding(
                f"b{number}",
                Subject(SubjectKind.SERVICE, "ci"),
                Role(letters, letters, frozenset(("pod", verbs[one]) for one in letters)),
                scope,
                expires=until,
            )
            for number, (scope, letters, until) in enumerate(given)
        )
    )


def stored(held: Policy) -> list[dict[str, Any]]:
    """As the database gives it back."""
    return list(json.loads(json.dumps(written_out(held))))


@pytest.mark.parametrize(
    ("then", "more", "rights"),
    [
        ([(BLUE, "lg", None)], [], {"pod:list", "pod:get"}),
        ([(BLUE, "lg", None)], [(ORG, "lgd", None)], {"pod:list", "pod:get"}),
        ([], [(ORG, "lgd", None)], set()),
        ([(BLUE, "l", None), (RED, "d", None)], [], {"pod:list", "pod:delete"}),
        ([(BLUE, "l", None), (RED, "d", None)], [(BLUE, "d", None)], {"pod:list"}),
        ([(BLUE, "l", None), (RED, "d", NOW - 1)], [(RED, "d", None)], {"pod:list"}),
        ([(BLUE, "l", None), (RED, "d", NOW + 1)], [], {"pod:list", "pod:delete"}),
    ],
)
def test_a_token_reaches_no_further_than_when_its_rule_was_saved(
    then: list[Given], more: list[Given], rights: set[str]
) -> None:
    before = policy(*then)
    present = policy(*((s, r, u) for s, r, u in then if u is None or u > NOW), *more)
    found, scopes = bounded(stored(before), present, NOW)
    assert set(found) == rights
    pairs = frozenset(
        p for b in before.bindings for p in b.role.pairs if f"pod:{p[1].value}" in found
    )
    for one in present.restricted(pairs, scopes).bindings:
        assert one.role.pairs <= before.pairs_at(one.scope)
        assert any(covers(place, one.scope) for place, _, _ in then)


def test_what_the_account_holds_no_more_is_in_no_token() -> None:
    found, _ = bounded(stored(policy((BLUE, "lgd", None))), policy((BLUE, "l", None)), NOW)
    assert found == ["pod:list"]


PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\nBBBB\n-----END CERTIFICATE-----\n"
OTHER = PEM.replace(b"AAAA", b"CCCC")


def access(token: str = "one", **more: Any) -> Access:
    told: dict[str, Any] = {"server": "https://c1.invalid:6443", "ca": PEM}
    return Access(credentials=StaticCredential(ClientCredential(token=token)), **(told | more))


def test_a_connection_that_leads_elsewhere_has_another_fingerprint() -> None:
    same = destination(access())
    assert destination(access("renewed")) == same
    assert destination(access(ca=b"# ours\n" + PEM.replace(b"\n", b"\r\n"))) == same
    proxied = destination(access(proxy="http://u:old@proxy.invalid:3128"))
    assert destination(access(proxy="http://u:new@proxy.invalid:3128")) == proxied
    others = [
        access(server="https://c2.invalid:6443"),
        access(ca=OTHER),
        access(ca=PEM + OTHER),
        access(ca=None),
        access(ca=None, insecure=True),
        access(server_name="c2.invalid"),
    ]
    assert len({same, proxied, *map(destination, others)}) == 2 + len(others)
