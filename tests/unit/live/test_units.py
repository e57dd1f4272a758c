"""Amounts in downloads read as on the pages."""

from __future__ import annotations

import pytest

from backend.live.column import Type
from backend.live.units import displayed, plain


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Type.BYTES, 0, "0 B"),
        (Type.BYTES, 640 * 1024, "640 KiB"),
        (Type.BYTES, 1.5 * 1024**3, "1.5 GiB"),
        (Type.BYTES, -(1024**3), "-1 GiB"),
        (Type.QUANTITY, 0.25, "250m"),
        (Type.QUANTITY, 4, "4"),
        (Type.PERCENT, 0.94, "0.9%"),
        (Type.PERCENT, 35.2, "35%"),
        (Type.NUMBER, 12.3456, "12.35"),
    ],
)
def test_display(kind: Type, value: float, text: str) -> None:
    assert displayed(kind, value) == text


def test_plain_numbers_have_no_needless_fraction() -> None:
    assert [plain(1073741824.0), plain(0.25), plain(3)] == ["1073741824", "0.25", "3"]
