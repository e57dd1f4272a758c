"""Names as they are typed, and mistyped."""

from __future__ import annotations

from itertools import pairwise

import pytest

from backend.live.ranking import near, pieces

NAME = "fraud-check"


def errors(word: str) -> list[str]:
    """The word with every letter left out, doubled, wrong, and exchanged with the next."""
    places = range(len(word))
    return [
        *(word[:at] + word[at + 1 :] for at in places),
        *(word[:at] + word[at] + word[at:] for at in places),
        *(word[:at] + "#" + word[at + 1 :] for at in places),
        *(word[:at] + b + a + word[at + 2 :] for at, (a, b) in enumerate(pairwise(word))),
    ]


@pytest.mark.parametrize("typed", errors("fraud") + errors("check") + errors(NAME))
def test_one_error_is_forgiven_and_leaves_a_piece_to_look_for(typed: str) -> None:
    assert near(NAME, typed)
    if len(typed) >= 6:
        assert any(piece in NAME for piece in pieces(typed))


@pytest.mark.parametrize("typed", ["frudd-chek", "ledger", "xx", "checkout-api"])
def test_two_errors_are_another_word(typed: str) -> None:
    assert not near(NAME, typed)
