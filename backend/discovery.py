"""Which features there are: found, not listed.

Every package below `backend.features` with a `register` is one; a package installed beside
Craton names its `register` as an entry point of the group ``craton.features``. A feature that
derives from others' collections names them in ``AFTER`` and is registered behind them; the
rest comes in the order of names.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from graphlib import TopologicalSorter
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final

from backend import features
from backend.features.context import Feature, FeatureContext

__all__ = ["GROUP", "Register", "find_features"]

GROUP: Final = "craton.features"
Register = Callable[[FeatureContext], Feature]


def find_features() -> list[Register]:
    """The `register` of every feature, those that others come after first."""
    found: dict[str, Register] = {}
    after: dict[str, tuple[str, ...]] = {}
    for info in pkgutil.iter_modules(features.__path__):
        module = import_module(f"{features.__name__}.{info.name}") if info.ispkg else None
        if module is not None and hasattr(module, "register"):
            found[info.name] = module.register
            after[info.name] = getattr(module, "AFTER", ())
    for point in entry_points(group=GROUP):
        found[point.name] = point.load()
        after[point.name] = ()
    return [found[name] for name in _ordered(after)]


def _ordered(after: dict[str, tuple[str, ...]]) -> list[str]:
    sorter = TopologicalSorter({name: sorted(after[name]) for name in sorted(after)})
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(name for name in sorter.get_ready() if name in after)
        order += ready
        sorter.done(*ready)
    return order
