"""Cursors come back as they went, and foreign ones are refused, never followed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import BadRequest
from backend.omaha.api.paging import decode, encode
from backend.omaha.catalog.machines import _beyond

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(name=texts, key=st.integers(0, 2**63 - 1))
def test_a_cursor_gives_back_its_key(name: str, key: int) -> None:
    assert decode(encode(name, key), str, int) == (name, key)
    assert decode(encode(key), int) == (key,)


@given(text=st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=1))
def test_any_other_text_is_refused_or_a_key(text: str) -> None:
    try:
        found = decode(text, str, int)
    except BadRequest:
        return
    assert found is not None
    assert [type(part) for part in found] == [str, int]


def test_a_cursor_of_another_list_is_refused() -> None:
    for wrong in (encode("a"), encode(1, "a"), encode("a", 1, 2), encode("a\0", 1)):
        with pytest.raises(BadRequest):
            decode(wrong, str, int)


@given(prefix=st.text(min_size=1, max_size=6), other=st.text(max_size=8))
def test_the_range_of_a_prefix_holds_what_begins_with_it(prefix: str, other: str) -> None:
    beyond = _beyond(prefix)
    in_range = other >= prefix and (not beyond or other < beyond)
    assert in_range == other.startswith(prefix)
