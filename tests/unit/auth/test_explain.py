"""The explainer answers as the decision; bindings only add; no token exceeds its owner."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auth.binding import Binding
from auth.explain import explain
from auth.policy import Policy
from auth.role import Role
from auth.scope import Scope, covers
from auth.subject import Subject, SubjectKind
from auth.verb import Verb

KINDS, VERBS = ("pod", "node", "user"), (Verb.GET, Verb.LIST, Verb.DELETE)
SEGMENTS = st.sampled_from(["a", "ab", "b"])
SCOPES: st.SearchStrategy[Scope] = st.builds(
    lambda depth, names: tuple(
        part for pair in zip(("org", "cluster", "ns"), names, strict=True) for part in pair
    )[: depth * 2],
    st.integers(1, 3),
    st.tuples(st.just("main"), SEGMENTS, SEGMENTS),
)
PAIRS = st.frozensets(st.tuples(st.sampled_from(KINDS), st.sampled_from(VERBS)), max_size=5)
ADA = Subject(SubjectKind.USER, "ada")


@st.composite
def bindings(draw: st.DrawFn) -> Binding:
    role = Role("r", "R", draw(PAIRS))
    return Binding(draw(st.uuids()).hex, ADA, role, draw(SCOPES))


POLICIES = st.lists(bindings(), max_size=6).map(lambda held: Policy(tuple(held)))
QUESTION = st.tuples(st.sampled_from(KINDS), st.sampled_from(VERBS), SCOPES)


@given(policy=POLICIES, question=QUESTION)
def test_the_explanation_is_the_decision(policy: Policy, question: tuple) -> None:
    told, decided = explain(policy, *question), policy.decide(*question)
    assert told.allowed == decided.allowed
    assert (told.reasons[0].id if told.reasons else None) == decided.binding
    for one in told.reasons:
        assert Policy((one,)).decide(*question).allowed
    for one in (*told.elsewhere, *told.lacking):
        assert not Policy((one,)).decide(*question).allowed


@given(policy=POLICIES, more=bindings(), question=QUESTION)
def test_a_binding_more_never_takes_and_one_less_never_gives(
    policy: Policy, more: Binding, question: tuple
) -> None:
    added = Policy((*policy.bindings, more))
    if policy.decide(*question).allowed:
        assert added.decide(*question).allowed
    for taken in range(len(policy.bindings)):
        less = Policy(policy.bindings[:taken] + policy.bindings[taken + 1 :])
        if less.decide(*question).allowed:
            assert policy.decide(*question).allowed


@given(policy=POLICIES, pairs=PAIRS, limits=st.lists(SCOPES, max_size=3), question=QUESTION)
def test_a_token_is_exactly_what_it_was_made_for_and_its_owner_may(
    policy: Policy, pairs: frozenset, limits: list[Scope], question: tuple
) -> None:
    kind, verb, scope = question
    made_for = (kind, verb) in pairs and any(covers(limit, scope) for limit in limits)
    token = policy.restricted(pairs, limits).decide(kind, verb, scope).allowed
    assert token == (made_for and policy.decide(kind, verb, scope).allowed)
