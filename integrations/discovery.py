"""Which integrations there are: found, not listed.

Two ways in. A folder here with an `integration.py` is one (a new one in this repository touches
nothing else, and needs no installation to be seen). A package installed beside Craton names
its declaration as an entry point of the group ``craton.integrations``.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Final

import integrations
from integrations.contract import Integration

__all__ = ["GROUP", "kinds", "load", "load_all"]

GROUP: Final = "craton.integrations"


@cache
def kinds() -> tuple[str, ...]:
    """The kinds of connection, sorted; nothing is imported for it."""
    return tuple(sorted({*_folders(), *_installed()}))


@cache
def load(kind: str) -> Integration[Any, Any]:
    """The declaration of a kind. Raises `LookupError` for an unknown one, and `TypeError` for
    one that is not what it says."""
    if kind in _folders():
        found = import_module(f"integrations.{kind}.integration").INTEGRATION
    elif kind in (installed := _installed()):
        found = installed[kind].load()
    else:
        raise LookupError(f"there is no integration called {kind!r}")
    if not isinstance(found, Integration) or found.kind != kind:
        raise TypeError(f"the integration {kind!r} declares something else: {found!r}")
    return found


def load_all() -> Mapping[str, Integration[Any, Any]]:
    """Every declaration, by kind."""
    return MappingProxyType({kind: load(kind) for kind in kinds()})


def _folders() -> list[str]:
    packages = (info.name for info in pkgutil.iter_modules(integrations.__path__) if info.ispkg)
    return [name for name in packages if find_spec(f"integrations.{name}.integration")]


def _installed() -> dict[str, Any]:
    return {point.name: point for point in entry_points(group=GROUP)}
