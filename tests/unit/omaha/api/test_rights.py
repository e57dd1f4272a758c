from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auth.principal import Principal
from auth.role import Verb
from auth.scope import Scope, covers
from backend.omaha.api.rights import GROUP, Rights
from tests.people import holding, principal
from tests.roles import VIEWER

RIGHTS = Rights("main")

numbers = st.integers(1, 4)
scopes = st.one_of(
    st.just(("org", "main")),
    st.just(("org", "other")),
    st.just(("org", "main", "cluster", "c")),
    st.just(RIGHTS.root()),
    st.builds(RIGHTS.application, numbers),
    st.builds(RIGHTS.group, numbers, numbers),
    st.just((*RIGHTS.root(), "x")),
    st.builds(lambda app: (*RIGHTS.application(app), "group"), numbers),
)


def caller(held: list[Scope]) -> Principal:
    return principal(holding(*((VIEWER, scope) for scope in held)))


@given(held=st.lists(scopes, max_size=4), app=numbers, group=numbers)
def test_a_list_shows_exactly_what_a_look_at_each_would(
    held: list[Scope], app: int, group: int
) -> None:
    visible = RIGHTS.visible(caller(held), GROUP)
    decided = caller(held).policy.decide(GROUP, Verb.GET, RIGHTS.group(app, group)).allowed
    assert visible.shows_group(app, group) == decided
    assert decided == any(covers(scope, RIGHTS.group(app, group)) for scope in held)
    ids = visible.application_ids()
    if decided:
        assert ids is None or app in ids
