"""Objects as YAML that means the same to every reader of it.

PyYAML writes by the rules of YAML 1.1. kubectl and most others read numbers by those of 1.2 too
(``1e3``, ``0o17``) and take ``y`` for true: such text would come back as something else, so it is
quoted. Fractions keep the digits the server wrote.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
import yaml

__all__ = ["encoded", "exact_float", "to_yaml"]

_NEVER_FOLDED: Final = 1_000_000
_FLOAT: Final = "tag:yaml.org,2002:float"


class ExactFloat(float):
    """A number of a document, with the characters it was written in."""

    text: str


def exact_float(text: str) -> ExactFloat:
    """The number that `text` writes, which remembers `text`."""
    number = ExactFloat(text)
    number.text = text
    return number


class _Dumper(yaml.CSafeDumper):
    """Resolves what others would resolve, so that text which looks so is quoted."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Nobody reads ``*id001``."""
        return True


def _exact(dumper: _Dumper, number: ExactFloat) -> yaml.ScalarNode:
    return dumper.represent_scalar(_FLOAT, number.text)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Several lines as they are, where YAML can have them so: a file in a config map is read."""
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(ExactFloat, _exact)
_Dumper.add_representer(str, _text)
for tag, pattern, first in (
    (_FLOAT, r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", "-+.0123456789"),
    ("tag:yaml.org,2002:int", r"[-+]?0o?[0-7_]+", "-+0"),
    ("tag:yaml.org,2002:bool", r"[yYnN]", "yYnN"),
):
    _Dumper.add_implicit_resolver(tag, re.compile(rf"^(?:{pattern})$"), list(first))


def to_yaml(document: dict[str, Any]) -> str:
    """The document as YAML, with its keys in their order."""
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_NEVER_FOLDED
    )
    return text


def encoded(document: Any) -> bytes:
    """The document as JSON, its numbers with the characters they were read in."""
    return msgspec.json.encode(document, enc_hook=_digits)


def _digits(value: Any) -> msgspec.Raw:
    if isinstance(value, ExactFloat):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"{type(value).__name__} is nothing of a document")
