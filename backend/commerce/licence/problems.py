"""Why a text is not believed to be a licence; the sentence is shown to whoever brought it."""

from __future__ import annotations

__all__ = ["Refused", "UnknownKey", "UnknownSchema"]


class Refused(ValueError):
    """It is no licence, or none that this console believes."""


class UnknownKey(Refused):
    """It is signed with a key this console has not heard of."""

    def __init__(self, kid: str) -> None:
        super().__init__(
            f"It is signed with the key {kid[:80]!r}, which this console does not know. Update the "
            "console: newer versions know newer keys. If it is up to date, ask who issued it."
        )


class UnknownSchema(Refused):
    """It is written in a form this console cannot read."""

    def __init__(self, schema: object) -> None:
        super().__init__(
            f"It is written in schema {str(schema)[:40]}, and this console reads 3. Update the "
            "console, or ask for a licence of schema 3."
        )
