"""What all kinds of identity provider have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["NAME_PATTERN", "ProviderBase", "Text"]

NAME_PATTERN: Final = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""What a provider may be called: it is part of its addresses and of its groups' names."""

Text = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Domain = Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")]


class ProviderBase(BaseModel):
    """One identity provider. `name` never changes: with the issuer and the subject it is what an
    account is known by, and with a group's name what a group is."""

    protocol: ClassVar[str]
    """How it is spoken with: each has a kind of settings of its own."""
    secret: ClassVar[str]
    """Which of its settings is a secret."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=NAME_PATTERN)]
    label: Text = ""
    domains: tuple[Domain, ...] = Field(default=(), max_length=64)
    known_only: bool = False

    @property
    def button(self) -> str:
        """What its button says: its label, else its name."""
        return self.label or self.name

    @property
    @abstractmethod
    def identity_issuer(self) -> str:
        """What its subjects are unique within: part of the key of an account."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where it is, for people to read."""
