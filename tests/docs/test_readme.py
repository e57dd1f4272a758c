"""The README says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.settings import describe

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def table_rows() -> dict[str, tuple[str, str]]:
    section = README.split("## Configuration")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(CRATON_\w+)` \| (.*?) \| (.*?) \|$", section, re.MULTILINE)
    return {name: (default.strip("` "), meaning) for name, default, meaning in rows}


def test_every_setting_is_in_the_table_with_its_default() -> None:
    wanted = {name: (default, meaning) for name, default, meaning in describe()}
    assert table_rows() == wanted


@pytest.mark.parametrize(
    "target", re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
)
def test_make_targets_with_a_help_text_are_in_the_readme(target: str) -> None:
    line = re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    if line is None or target in {"help", "lock", "openapi"}:
        return
    assert f"`make {target}`" in README


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
