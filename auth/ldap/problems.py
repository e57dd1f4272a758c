"""Why somebody does not get in by a directory, or why it cannot be used."""

from __future__ import annotations

__all__ = ["NotAccepted", "Unusable"]


class NotAccepted(Exception):
    """The directory does not know the person, or does not let them in. The sentence is for an
    administrator: whoever signs in is told the same, whatever it was."""


class Unusable(Exception):
    """The directory answers, and cannot be used as its settings say. `field` names the setting."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
