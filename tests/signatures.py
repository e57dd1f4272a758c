"""A pytest plugin: what FastAPI reads from a route's signature is read once in a worker.

FastAPI reads it when the first request of an application comes, anew for each one, and once more
for each router around it: a third of all that the unit tests did. It depends on nothing but the
functions and the types of answers, which all applications in the tests' own process share.
Consoles that run as processes of their own read for themselves.

What belongs to one application, or was made by a test, is not kept: only what was asked for so
often that it must belong to all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from weakref import WeakKeyDictionary

from fastapi import params, routing
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant, get_parameterless_sub_dependant
from fastapi.utils import create_model_field

OFTEN: Final = 3
"""Of one application the same is asked for twice or three times."""

_asked: Final[WeakKeyDictionary[Callable[..., Any], Counter[Any]]] = WeakKeyDictionary()
_known: Final[dict[tuple[Callable[..., Any], Any], Any]] = {}


def pytest_sessionstart() -> None:
    """Take the place of FastAPI's own."""
    vars(routing).update(
        get_dependant=_dependant,
        get_parameterless_sub_dependant=_sub_dependant,
        create_model_field=_field,
    )


def pytest_unconfigure() -> None:
    """Give FastAPI its own back."""
    vars(routing).update(
        get_dependant=get_dependant,
        get_parameterless_sub_dependant=get_parameterless_sub_dependant,
        create_model_field=create_model_field,
    )


def _once(owner: Callable[..., Any], key: Any, make: Callable[[], Any]) -> Any:
    """What `make` makes of `owner`; the first one for ever, once it was asked for often."""
    try:
        found = _known.get((owner, key))
        counts = _asked.setdefault(owner, Counter())
    except TypeError:  # it has no hash, or cannot be forgotten
        return make()
    if found is None:
        found = make()
        counts[key] += 1
        if counts[key] > OFTEN:
            _known[owner, key] = found
    return found


def _dependant(*, path: str, call: Callable[..., Any], scope: Any) -> Dependant:
    found = _once(call, (path, scope), lambda: get_dependant(path=path, call=call, scope=scope))
    # FastAPI puts the dependencies of the routers around the route before its own.
    return replace(found, dependencies=[*found.dependencies])


def _sub_dependant(*, depends: params.Depends, path: str) -> Dependant:
    def make() -> Dependant:
        return get_parameterless_sub_dependant(depends=depends, path=path)

    if depends.dependency is None:
        return make()
    found: Dependant = _once(depends.dependency, (path, depends), make)
    return found


def _field(*, name: str, type_: Any, mode: Any) -> Any:
    return _once(type_, (name, mode), lambda: create_model_field(name=name, type_=type_, mode=mode))
