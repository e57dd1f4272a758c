"""Codec, policy and store do not know each other (issue 4)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import backend.omaha

FOLDER = Path(backend.omaha.__file__).parent
DOMAIN = {"domain.model", "domain.rules", "domain.semver", "domain.wording"}
ALLOWED = {
    "domain.model": {"domain.rules", "domain.semver"},
    "domain.rules": {"domain.semver"},
    "domain.semver": set(),
    "domain.wording": {"domain.model"},
    "protocol.attributes": set(),
    "protocol.codec": DOMAIN | {"protocol.attributes"},
    "protocol.answer": DOMAIN | {"protocol.codec"},
    "policy.windows": DOMAIN,
    "policy.limits": DOMAIN,
    "policy.selection": DOMAIN,
    "policy.events": DOMAIN,
    "policy.decision": DOMAIN | {"policy.limits", "policy.selection", "policy.windows"},
    "store.entry": DOMAIN,
    "store.ledger": DOMAIN | {"policy.limits", "store.entry"},
    "store.contract": DOMAIN | {"store.entry", "store.ledger"},
    "store.statements": DOMAIN | {"policy.limits", "store.contract", "store.entry", "store.ledger"},
}
IO = {"asyncio", "asyncpg", "sqlite3", "sqlalchemy", "os", "socket", "pathlib", "time"}


def imported(module: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse((FOLDER / f"{module.replace('.', '/')}.py").read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module.count(".") == 2 and node.module.startswith("backend.omaha."):
                names.remove(node.module)
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize("module", ALLOWED)
def test_imports(module: str) -> None:
    ours = {n.removeprefix("backend.omaha.") for n in imported(module) if n.startswith("backend")}
    assert ours <= ALLOWED[module]


@pytest.mark.parametrize(
    "module",
    [*(module for module in ALLOWED if "statements" not in module), "checkin.step"],
)
def test_decisions_do_no_input_or_output(module: str) -> None:
    assert not {name.split(".")[0] for name in imported(module)} & IO
