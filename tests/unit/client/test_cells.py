"""Values in a terminal."""

from __future__ import annotations

import pytest

from backend.client.cells import age, cell, table


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(5, "5s"), (119, "119s"), (720, "12m"), (7200, "2h"), (3 * 86400, "3d"), (-7200, "in 2h")],
)
def test_ages(seconds: float, written: str) -> None:
    assert age(seconds) == written


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("bytes", 1610612736, "1.5GiB"),
        ("bytes", 12, "12B"),
        ("quantity", 0.25, "250m"),
        ("quantity", 4.0, "4"),
        ("percent", 12.5, "12.5%"),
        ("number", 3, "3"),
        ("bool", True, "yes"),
        ("text", "", "-"),
        ("text", None, "-"),
        ("labels", {"b": "2", "a": "1"}, "a=1,b=2"),
        ("list", ["x", "y"], "x,y"),
        ("time", 40.0, "60s"),
    ],
)
def test_cells(kind: str, value: object, written: str) -> None:
    assert cell(kind, value, 100.0) == written


def test_foreign_text_does_not_act_on_the_terminal() -> None:
    shown = cell("text", "a\x1b[2Jb\r\nc\td", 0.0)
    assert shown == "a⟨U+001B⟩[2Jb c d"


def test_later_lines_align() -> None:
    widths = [0, 0]
    assert table([["NAME", "X"], ["long-name", "1"]], widths).splitlines()[0] == "NAME        X"
    assert table([["a", "2"]], widths) == "a           2"
