"""What is hidden in a foreign text is seen, and what people write stays (issue 9, kind 12)."""

from __future__ import annotations

import pytest

from integrations.etcd.value import safe_view
from integrations.inert import inert

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ok\U000e0048\U000e0049", "ok\u27e8U+E0048\u27e9\u27e8U+E0049\u27e9"),
        (ENGLAND, ENGLAND),
        (f"{ENGLAND}\U000e0041", f"{ENGLAND}\u27e8U+E0041\u27e9"),
        ("\u845b\U000e0100 \u2764\ufe0f", "\u845b\U000e0100 \u2764\ufe0f"),
        ("a\ufe0f\ufe01\U000e0100", "a\ufe0f\u27e8U+FE01\u27e9\u27e8U+E0100\u27e9"),
        ("root\u3164", "root\u27e8U+3164\u27e9"),
        ("a\u200db\u00ad \u00a0", "a\u200db\u00ad \u00a0"),
    ],
)
def test_hidden_characters_are_seen_and_writing_stays(text: str, shown: str) -> None:
    assert inert(text) == shown
    assert inert(shown) == shown
    assert safe_view(b"/k", text.encode()).text == shown
