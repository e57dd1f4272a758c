"""What a cell of a download may hold."""

import pytest

from backend.live.column import Type
from backend.live.export import _cell
from integrations.inert import inert


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        (Type.TEXT, "\x1b[2J\u202egnp", "⟨U+001B⟩[2J⟨U+202E⟩gnp"),
        (Type.TEXT, "\r=x", "'⟨U+000D⟩=x"),
        (Type.LABELS, {"a": "\u200bb"}, "a=⟨U+200B⟩b"),
        (Type.TIME, 0, "1970-01-01T00:00:00Z"),
        (Type.TIME, 1e15, "1000000000000000"),
        (Type.TIME, -1e15, "-1000000000000000"),
    ],
)
def test_a_cell_is_inert_and_never_fails(kind: Type, value: object, cell: str):
    assert _cell(kind, value, False) == cell


@pytest.mark.parametrize(
    "text", ["prix\u00a0: 10\u202f000", "👩\u200d🚀", "a\tb\nc", "re\u00adnew"]
)
def test_text_stays_text(text: str):
    assert inert(text) == text


def test_twice_is_as_once():
    shown = inert("a\r\nb\rc\x07\x7f\ufeff\ud83d")
    assert shown == "a\nb⟨U+000D⟩c⟨U+0007⟩⟨U+007F⟩⟨U+FEFF⟩⟨U+D83D⟩"
    assert inert(shown) == shown
