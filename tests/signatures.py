"""A pytest plugin: what FastAPI reads from the routes' signatures is read once in a worker.

FastAPI reads it when the first request of an application comes, anew for each one: a third of all
that the unit tests did. It depends on nothing but the functions, which consoles in the tests' own
process share. Consoles that run as processes of their own read for themselves.

It is read before the first test, so that nothing which a test replaces for itself is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi import routing
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant

_CONSOLES: Final = {"console", "console_on"}
_known: Final[dict[tuple[str, Callable[..., Any], str], Dependant]] = {}
"""By the route's address and function."""


def pytest_collection_finish(session: pytest.Session) -> None:
    """Read them, if a test that was collected starts a console in this process."""
    if session.config.option.collectonly or not _is_wanted(session.items):
        return
    from backend.app import create_app
    from backend.settings import Settings

    app = create_app(Settings(home=Path("unused"), port=0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routing, "get_dependant", _remember)
        for _ in routing.iter_route_contexts(app.routes):
            pass
    vars(routing)["get_dependant"] = _read_once


def pytest_unconfigure() -> None:
    """Give FastAPI its own back."""
    vars(routing)["get_dependant"] = get_dependant


def _is_wanted(items: Sequence[pytest.Item]) -> bool:
    if "tests.console" in sys.modules:
        return True
    return any(_CONSOLES.intersection(getattr(item, "fixturenames", ())) for item in items)


def _remember(*, path: str, call: Callable[..., Any], scope: Any) -> Dependant:
    _known[path, call, scope] = get_dependant(path=path, call=call, scope=scope)
    return _read_once(path=path, call=call, scope=scope)


def _read_once(*, path: str, call: Callable[..., Any], scope: Any) -> Dependant:
    found = _known.get((path, call, scope))
    if found is None:
        return get_dependant(path=path, call=call, scope=scope)
    # FastAPI puts the dependencies of the routers around the route before its own.
    return replace(found, dependencies=[*found.dependencies])
