"""Reading the values of filters, by column type."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Final

from backend.live.column import Column, Type
from backend.live.errors import QueryError
from backend.live.query import Ago, Value

__all__ = ["ACCEPTS", "read_value"]

MAX_TEXT: Final = 1024
_MAX_INTEGER: Final = 2**63

ACCEPTS: Final[dict[Type, str]] = {
    Type.TEXT: "text",
    Type.STATUS: "text",
    Type.LIST: "text",
    Type.LABELS: "a label selector in labels=, e.g. app=web,tier!=db",
    Type.BOOL: "true or false",
    Type.NUMBER: "a number, e.g. 3 or -0.5",
    Type.PERCENT: "a number from 0 to 100, e.g. 85 or 85%",
    Type.QUANTITY: "a quantity, e.g. 500m, 2 or 1.5k",
    Type.BYTES: "a size, e.g. 512Mi, 2Gi or 1000",
    Type.TIME: "an age (-2h, -30m, -7d), an RFC 3339 time or Unix seconds",
}
"""What a value may look like, per type, in words for a person."""

_NUMBER: Final = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", re.ASCII)
_SUFFIXES: Final = {
    **dict(zip(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), range(-9, 19, 3), strict=True)),
}
_BINARY: Final = {f"{unit}i": 1024**power for power, unit in enumerate("KMGTPE", start=1)}
_AGE: Final = re.compile(r"-((?:\d{1,9}[smhdw])+)", re.ASCII)
_AGE_PART: Final = re.compile(r"(\d+)([smhdw])", re.ASCII)
_AGE_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def read_value(column: Column, text: str) -> Value:
    """The typed value of `text`, None when empty. Raises `QueryError` naming the column."""
    if len(text) > MAX_TEXT or "\0" in text or not text.isprintable():
        raise QueryError(
            column.id,
            text,
            f"A value for {column.label} has at most {MAX_TEXT} characters, all printable.",
            ACCEPTS[column.type],
        )
    if not text:
        return None
    value = _read(column.type, text)
    if value is None:
        message = f"{text[:60]!r} cannot be read as {column.label} ({column.type.value})."
        raise QueryError(column.id, text, message, ACCEPTS[column.type])
    return value


def _read(kind: Type, text: str) -> Value:
    if kind in {Type.TEXT, Type.STATUS, Type.LIST}:
        return text
    if kind is Type.BOOL:
        return {"true": True, "false": False}.get(text.lower())
    if kind is Type.TIME:
        return _time(text)
    if kind is Type.PERCENT:
        return _number(text.removesuffix("%").rstrip())
    if kind in {Type.QUANTITY, Type.BYTES}:
        return _quantity(text)
    return _number(text)


def _number(text: str) -> int | float | None:
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    if not math.isfinite(value):
        return None
    if re.fullmatch(r"[+-]?\d+", text, re.ASCII) and abs(int(text)) < _MAX_INTEGER:
        return int(text)
    return value


def _quantity(text: str) -> int | float | None:
    plain = _number(text)
    if plain is not None:
        return plain
    for suffix, factor in _BINARY.items():
        if text.endswith(suffix):
            number = _number(text.removesuffix(suffix))
            return None if number is None else _bounded(number * factor)
    number = _number(text[:-1])
    exponent = _SUFFIXES.get(text[-1])
    if number is None or exponent is None:
        return None
    return _bounded(number * 10**exponent if exponent >= 0 else number / 10**-exponent)


def _bounded(value: float) -> int | float | None:
    if isinstance(value, int) and abs(value) >= _MAX_INTEGER:
        return float(value)
    return value if math.isfinite(value) else None


def _time(text: str) -> float | int | Ago | None:
    age = _AGE.fullmatch(text)
    if age:
        parts = _AGE_PART.findall(age[1])
        return Ago(float(sum(int(count) * _AGE_UNITS[unit] for count, unit in parts)))
    seconds = _number(text)
    if seconds is not None:
        return seconds
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
