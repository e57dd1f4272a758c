from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import scope
from auth.binding import Binding
from auth.password import (
    MIN_LENGTH,
    WeakPasswordError,
    check_strength,
    hash_password,
    verify,
)
from auth.policy import Policy
from auth.role import Role, Verb
from auth.scope import InvalidScopeError, common, covers, minimal, parse, render
from auth.subject import Subject, SubjectKind
from tests.people import principal
from tests.roles import CATALOGUE, OPERATOR, OWNER, VIEWER

SOMEBODY = Subject(SubjectKind.USER, "u")

names = st.sampled_from(["a", "ab", "c1", "web"])
scopes = st.lists(names, max_size=6).map(lambda rest: ("org", "main", *rest))


def policy(*held, role=VIEWER, epoch=0):
    bindings = tuple(Binding(str(i), SOMEBODY, role, where) for i, where in enumerate(held))
    return Policy(bindings, epoch)


@given(scopes, scopes)
def test_covers_is_prefix_by_whole_segments(outer, inner):
    assert covers(outer, inner) == all(
        i < len(inner) and segment == inner[i] for i, segment in enumerate(outer)
    )


def test_text_prefixes_do_not_cover():
    assert not covers(scope.namespace("m", "c", "team-a"), scope.namespace("m", "c", "team-ab"))
    assert covers(scope.registry("m", "r", "lib"), scope.registry("m", "r", "lib/app"))
    assert not covers(scope.registry("m", "r", "lib"), scope.registry("m", "r", "library"))


@given(scopes)
def test_scopes_read_back(where):
    assert parse(render(where)) == where


AMBIGUOUS = ["", "org", "org/", "cluster/x", "org/a//b", "org/a/..", "org/a/.", "org/a/b\n"]
AMBIGUOUS += ["org/a/%2F", "org/a/b\\c", "org/" + "x" * 254, "org/a" + "/b" * 16]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_ambiguous_scopes_are_refused(text):
    with pytest.raises(InvalidScopeError):
        parse(text)


@given(st.lists(scopes, min_size=1, max_size=5), scopes)
def test_scopes_and_decide_agree(held, where):
    made = policy(*held)
    allowed = made.decide("pod", Verb.LIST, where).allowed
    assert allowed == any(covers(one, where) for one in made.scopes("pod"))
    kept = made.scopes("pod")
    assert not any(a != b and covers(a, b) for a in kept for b in kept)


@given(st.lists(scopes, max_size=5), st.lists(scopes, max_size=5), scopes)
def test_what_is_common_is_below_one_of_each(ones, others, where):
    kept = common(ones, others)
    both = any(covers(one, where) for one in ones) and any(covers(one, where) for one in others)
    assert any(covers(one, where) for one in kept) == both
    assert not any(a != b and covers(a, b) for a in kept for b in kept)
    assert list(kept) == sorted(kept)
    assert minimal(ones) == common(ones, ones)


@given(st.lists(scopes, max_size=5), st.lists(scopes, max_size=5), scopes)
def test_who_looks_at_a_part_sees_what_lies_there_of_their_own(held, within, where):
    caller = principal(policy(*held))
    looking = replace(caller, within=tuple(within))
    seen = any(covers(one, where) for one in looking.sees("pod"))
    allowed = caller.policy.decide("pod", Verb.LIST, where).allowed
    assert seen == (allowed and any(covers(one, where) for one in within))
    assert caller.sees("pod") == caller.policy.scopes("pod")


@given(st.lists(scopes, max_size=5), st.randoms())
def test_fingerprint_is_of_the_rights_alone(held, chance):
    mixed = list(held) * 2
    chance.shuffle(mixed)
    assert policy(*held).fingerprint == policy(*mixed, epoch=7).fingerprint
    assert policy(*held, role=OWNER).fingerprint != policy(*held).fingerprint or not held


def test_roles_withhold_what_is_sensitive():
    where = ("org", "main")
    sensitive = [kind.name for kind in CATALOGUE if kind.sensitive]
    assert {"user", "binding", "role", "team", "token", "activity", "session"} <= {*sensitive}
    for kind in sensitive:
        assert policy(where, role=OWNER).decide(kind, Verb.LIST, where).allowed
        assert not policy(where, role=OPERATOR).decide(kind, Verb.LIST, where).allowed
        assert not policy(where).decide(kind, Verb.LIST, where).allowed
    assert policy(where, role=OPERATOR).decide("pod", Verb.DELETE, where).allowed
    assert not policy(where).decide("pod", Verb.DELETE, where).allowed
    assert not policy(where, role=OPERATOR).decide("pod", Verb.REVEAL, where).allowed


pairs = st.frozensets(
    st.tuples(st.sampled_from(["pod", "node", "user"]), st.sampled_from([*Verb][:3])), max_size=5
)
roles = st.builds(Role, st.sampled_from(["a", "b"]), st.just("A"), pairs)
grants = st.lists(st.tuples(scopes, roles), max_size=5)


def compiled(held):
    made = [Binding(str(i), SOMEBODY, role, where) for i, (where, role) in enumerate(held)]
    return Policy(tuple(made))


def rights(made, where):
    """What is held at one place, asked pair by pair."""
    asked = ((kind, verb) for kind in ("pod", "node", "user") for verb in [*Verb][:3])
    return {pair for pair in asked if made.decide(*pair, where).allowed}


def places(*lists):
    """Every scope named, and one place below each: there two different policies differ."""
    named = {where for held in lists for where, _ in held}
    return named | {(*where, "below", "x") for where in named}


@given(grants, grants)
def test_fingerprints_are_equal_exactly_when_rights_are(one, other):
    a, b = compiled(one), compiled(other)
    same = all(rights(a, where) == rights(b, where) for where in places(one, other))
    assert (a.fingerprint == b.fingerprint) == same


@given(grants, scopes, roles)
def test_adding_a_binding_never_removes_a_right_nor_removing_one_adds(held, where, role):
    less, more = compiled(held), compiled([*held, (where, role)])
    for place in places(held, [(where, role)]):
        assert rights(less, place) <= rights(more, place)
        assert rights(more, place) == more.pairs_at(place)


@given(grants, roles, st.lists(scopes, max_size=3))
def test_restricting_lets_through_exactly_what_both_allow(held, token, limits):
    """A token's rights: its own pairs, at its own scopes, of what its owner holds there."""
    owner = compiled(held)
    made = owner.restricted(token.pairs, limits)
    for place in places(held, [(where, token) for where in limits]):
        inside = any(covers(limit, place) for limit in limits)
        both = rights(owner, place) & token.pairs if inside else set()
        assert rights(made, place) == both


def test_a_role_edited_in_place_changes_the_fingerprint():
    """The name stays; a fingerprint over names would keep open pages as they were."""
    where = ("org", "main")
    before = Role("custom", "Custom", frozenset({("pod", Verb.LIST), ("key", Verb.LIST)}))
    after = Role("custom", "Custom", frozenset({("pod", Verb.LIST)}))
    assert policy(where, role=before).fingerprint != policy(where, role=after).fingerprint


@given(scopes, scopes, scopes)
def test_covers_is_a_partial_order(a, b, c):
    assert covers(a, a)
    assert not (covers(a, b) and covers(b, a)) or a == b
    assert not (covers(a, b) and covers(b, c)) or covers(a, c)


def test_a_decision_names_its_binding():
    made = policy(("org", "main", "cluster", "c1"), ("org", "main"))
    assert made.decide("pod", Verb.GET, ("org", "main", "cluster", "c2")).binding == "1"
    assert made.decide("pod", Verb.GET, ("org", "other")).binding is None
    assert made.allows_somewhere("pod", Verb.LIST)
    assert not made.allows_somewhere("pod", Verb.DELETE)


@pytest.mark.usefixtures("real_hashing")
def test_passwords():
    stored = hash_password("correct horse battery")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "RFC 9106, the second choice"
    assert verify("correct horse battery", stored)
    assert not verify("wrong horse battery", stored)
    assert not verify("correct horse battery", None)
    assert not verify("a password nobody has", None)
    assert not verify("x", "not a hash")
    for weak in ("x" * (MIN_LENGTH - 1), "x" * 300, "Administrator "):
        with pytest.raises(WeakPasswordError):
            check_strength(weak, "administrator")
    check_strength("correct horse battery", "administrator")


@given(scopes, scopes, scopes)
def test_cover_is_a_partial_order(one, two, three):
    assert covers(one, one)
    assert not (covers(one, two) and covers(two, one)) or one == two
    assert not (covers(one, two) and covers(two, three)) or covers(one, three)
    longer = (*two, "x")
    assert covers(two, longer)
    assert not covers(longer, two)
    joined = (*one[:-1], one[-1] + "x")  # text goes on where a segment does not
    assert not covers(one, joined)
