"""Why something a provider said is not believed."""

from __future__ import annotations

__all__ = ["Refused", "Rejected", "StaleKeys"]


class Rejected(Exception):
    """What the provider said is not believed. The sentence is for an administrator's eyes: the
    person who signs in is told only that it failed."""


class StaleKeys(Rejected):
    """No known key verifies it: the provider may have changed its keys since they were read."""


class Refused(Exception):
    """The provider refused: the person said no there, or may not use this console. `gone` says
    of a refresh that the session at the provider is over."""

    def __init__(self, detail: str, *, gone: bool = False) -> None:
        super().__init__(detail)
        self.gone = gone
