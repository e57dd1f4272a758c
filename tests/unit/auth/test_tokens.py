"""How tokens are written: found by scanners, told from what merely looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.tokens import TOKEN_LENGTH, TOKEN_PREFIX, is_token, make_token


def test_a_token_is_recognisable_and_never_the_same() -> None:
    made = {make_token() for _ in range(100)}
    assert len(made) == 100
    assert all(t.startswith(TOKEN_PREFIX) and len(t) == TOKEN_LENGTH for t in made)
    assert all(is_token(t) for t in made)


@given(place=st.integers(len(TOKEN_PREFIX), TOKEN_LENGTH - 1), letter=st.sampled_from("0aZ9x"))
def test_one_wrong_character_is_noticed(place: int, letter: str) -> None:
    token = make_token()
    wrong = token[:place] + letter + token[place + 1 :]
    assert is_token(wrong) == (wrong == token)


@pytest.mark.parametrize("text", ["", "craton_", "x" * TOKEN_LENGTH, "craton_" + "é" * 49])
def test_what_is_no_token_is_none(text: str) -> None:
    assert not is_token(text)


def test_nothing_may_follow_a_token() -> None:
    assert not is_token(make_token() + "\n")
