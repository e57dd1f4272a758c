"""What a person is asked for to connect a system: declared by its integration, drawn by the
console. Only fields that stand here can be typed; the rest of the settings (files on the
console's disk, programs, limits) belongs to the configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

__all__ = ["FormField", "FormInput", "FormOption", "Way"]


class FormInput(StrEnum):
    """How a field is entered."""

    TEXT = "text"
    URL = "url"
    URLS = "urls"  # several, one a line
    PASSWORD = "password"  # noqa: S105 - the kind of input, no password
    PEM = "pem"  # a certificate or key as text, or from a file
    FILE = "file"  # a document as text, or from a file
    CHOICE = "choice"  # one of `Integration.choices`, asked when the others are filled in
    RADIO = "radio"  # one of the field's own `options`


_ADDRESSES: Final = frozenset({FormInput.URL, FormInput.URLS})


@dataclass(frozen=True, slots=True)
class FormOption:
    """One of a few answers, with what it means."""

    value: str
    title: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the settings. A `secret` is sealed, never shown again and kept when left
    empty. A `destination` decides where secrets are sent or what they open: changing one asks
    for them again. One that `limits` what the connection shows may be changed only by who may
    connect systems for the whole organisation.
    One with `options` is never simply absent: a new connection has `initial`, one that was made
    before there was the field has what its settings then stood for, `unset`."""

    id: str
    title: str
    input: FormInput = FormInput.TEXT
    required: bool = False
    secret: bool = False
    destination: bool = False
    limits: bool = False
    help: str = ""
    placeholder: str = ""
    options: tuple[FormOption, ...] = ()
    initial: str = ""
    unset: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to connect: the fields it needs, and values it stands for (`preset`). With a
    preset it uses credentials of the console's own, which only who may connect systems for the
    whole organisation may choose."""

    id: str
    title: str
    help: str = ""
    fields: tuple[FormField, ...] = ()
    preset: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unset(self) -> dict[str, str]:
        """What fields stand for of which nothing is stored."""
        return {field.id: field.unset for field in self.fields if field.unset}

    @property
    def initial(self) -> dict[str, str]:
        """What fields of a new connection hold of which nothing was said."""
        return {field.id: field.initial for field in self.fields if field.initial}

    @property
    def address(self) -> str:
        """The field that says where it leads, for what is wrong there: an address where one is
        asked for, else the first secret (a kubeconfig holds its own); empty without either."""
        leading = [f.id for f in self.fields if f.destination and f.input in _ADDRESSES]
        secret = [f.id for f in self.fields if f.secret]
        return next(iter([*leading, *secret]), "")
