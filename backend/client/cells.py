"""Values as people read them in a terminal: ages as kubectl writes them, amounts with units."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from integrations.inert import inert

__all__ = ["age", "cell", "present", "table", "visible"]

_IEC: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def visible(text: str) -> str:
    """The text on one line, with what would act on the terminal as symbols."""
    return inert(" ".join(text.splitlines()).replace("\t", " "))


def cell(kind: str, value: Any, now: float) -> str:
    """One value of a column of that type; ``-`` for a missing one."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(kind, value, now)
    if isinstance(value, Mapping):
        return visible(",".join(f"{key}={text}" for key, text in sorted(value.items()))) or "-"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return visible(",".join(map(str, value))) or "-"
    return visible(str(value))


def age(seconds: float) -> str:
    """How long ago: ``45s``, ``12m``, ``5h``, ``3d``; ``in 3d`` for what is to come."""
    if seconds < 0:
        return f"in {age(-seconds)}"
    if seconds < 2 * _MINUTE:
        return f"{int(seconds)}s"
    if seconds < 2 * _HOUR:
        return f"{int(seconds / _MINUTE)}m"
    if seconds < 2 * _DAY:
        return f"{int(seconds / _HOUR)}h"
    return f"{int(seconds / _DAY)}d"


def table(rows: Sequence[Sequence[str]], widths: list[int]) -> str:
    """Aligned lines; `widths` grow with what was printed before, so that what follows aligns."""
    for row in rows:
        for place, text in enumerate(row):
            widths[place] = max(widths[place], len(text))
    lines = ("   ".join(t.ljust(w) for t, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _number(kind: str, value: float, now: float) -> str:
    if kind == "time":
        return age(now - value)
    if kind == "bytes":
        return _bytes(value)
    if kind == "quantity" and 0 < abs(value) < 1:
        return f"{round(value * 1000)}m"
    plain = str(int(value)) if float(value).is_integer() else f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{plain}%" if kind == "percent" else plain


def _bytes(value: float) -> str:
    amount, unit = abs(value), 0
    while amount >= 1024 and unit < len(_IEC) - 1:
        amount, unit = amount / 1024, unit + 1
    digits = 0 if unit == 0 or amount >= 100 else 1
    return f"{'-' if value < 0 else ''}{amount:.{digits}f}".removesuffix(".0") + _IEC[unit]


def present() -> float:
    """Unix seconds: what ages are counted from."""
    return time.time()
