"""What an action changed, redacted before it can reach the record.

Values appear only for fields the caller allows by name; of every other field the record says
that it changed and no more (security reference, section 4 and C23). Passwords in URLs are
taken out whatever the field, and long values are cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

__all__ = ["Change"]

MAX_VALUE: Final = 512
"""Characters of one value as JSON; longer ones are shown by their beginning."""
MAX_TEXT: Final = 16_384
"""Characters of a whole change."""
_WITHHELD: Final = "(withheld)"
_USERINFO: Final = re.compile(r"(?<=://)[^/@\s\"]*:[^/@\s\"]*(?=@)")


class Change:
    """A redacted change. Made by `between` or `of` only, so that nothing else can be given to
    `Audit.did`."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Any], show: Collection[str]) -> None:
        """`fields` by name; a value is kept when its name is in `show`."""
        self._fields = {
            name: _safe(value) if name in show else _WITHHELD for name, value in fields.items()
        }

    @classmethod
    def between(
        cls, before: Mapping[str, Any], after: Mapping[str, Any], *, show: Collection[str]
    ) -> Change:
        """``{field: [before, after]}`` of the fields that differ."""
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return cls({n: [before.get(n), after.get(n)] for n in names}, show)

    @classmethod
    def of(cls, values: Mapping[str, Any], *, show: Collection[str]) -> Change:
        """What was given, where there is no before: a creation, a move, a number."""
        return cls(values, show)

    def render(self) -> str:
        """The JSON text to store; empty when nothing changed."""
        if not self._fields:
            return ""
        text = json.dumps(self._fields, sort_keys=True, ensure_ascii=False)
        if len(text) <= MAX_TEXT:
            return text
        names = sorted(self._fields)[:200]
        return json.dumps({"too long to keep": names}, ensure_ascii=False)


def _safe(value: Any) -> Any:
    text = _USERINFO.sub("(withheld)", json.dumps(value, default=str, ensure_ascii=False))
    if len(text) > MAX_VALUE:
        return f"{text[:MAX_VALUE]}…"
    return json.loads(text)
