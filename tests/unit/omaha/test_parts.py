"""Codec, policy and store do not know each other (issue 4)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import backend.omaha

FOLDER = Path(backend.omaha.__file__).parent
DOMAIN = {"model", "rules", "semver"}
ALLOWED = {
    "model": {"rules", "semver"},
    "rules": {"semver"},
    "semver": set(),
    "codec": DOMAIN,
    "answer": DOMAIN | {"codec"},
    "windows": DOMAIN,
    "limits": DOMAIN,
    "selection": DOMAIN,
    "events": DOMAIN,
    "policy": DOMAIN | {"windows", "limits", "selection"},
    "entry": DOMAIN,
    "ledger": DOMAIN | {"entry", "limits"},
    "store": DOMAIN | {"entry", "ledger"},
    "statements": DOMAIN | {"entry", "ledger", "limits", "store"},
}
IO = {"asyncio", "asyncpg", "sqlite3", "sqlalchemy", "os", "socket", "pathlib", "time"}


def imported(module: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse((FOLDER / f"{module}.py").read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "backend.omaha":
                names |= {f"backend.omaha.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names - {"backend.omaha"}


@pytest.mark.parametrize("module", ALLOWED)
def test_imports(module: str) -> None:
    ours = {n.removeprefix("backend.omaha.") for n in imported(module) if n.startswith("backend")}
    assert ours <= ALLOWED[module]


@pytest.mark.parametrize(
    "module", ["policy", "events", "limits", "selection", "windows", "ledger", "checkin", "codec"]
)
def test_decisions_do_no_input_or_output(module: str) -> None:
    assert not {name.split(".")[0] for name in imported(module)} & IO
