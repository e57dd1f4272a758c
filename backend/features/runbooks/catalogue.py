"""The runbooks there are, in the order they are offered."""

from __future__ import annotations

from typing import Any

from backend.features.context import FeatureContext
from backend.features.runbooks.defragment import Defragment
from backend.features.runbooks.nospace import Nospace
from backend.features.runbooks.promote import Promote
from backend.features.runbooks.replace import Replace
from backend.features.runbooks.runbook import Runbook

__all__ = ["Runbooks"]


class Runbooks:
    """Each by its name, for its own route, and all of them."""

    def __init__(self, context: FeatureContext) -> None:
        self.defragment = Defragment(context)
        self.nospace = Nospace(context)
        self.replace = Replace(context)
        self.promote = Promote(context)

    @property
    def all(self) -> tuple[Runbook[Any], ...]:
        """In the order they are offered."""
        return (self.nospace, self.replace, self.promote, self.defragment)

    def find(self, runbook: str) -> Runbook[Any] | None:
        """The one of that id."""
        return next((one for one in self.all if one.id == runbook), None)
