"""Kubernetes label selectors: ``app=web,tier!=db,env in (a,b),!legacy``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from backend.live.errors import QueryError
from backend.live.query import LabelTerm

__all__ = ["fits", "parse_selector"]

MAX_TERMS: Final = 32
_ACCEPTS: Final = "a label selector, e.g. app=web,tier!=db,env in (a,b),!legacy"
_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_PREFIX: Final = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?"
_KEY: Final = rf"(?P<key>(?:{_PREFIX}/)?{_NAME})"
_VALUE: Final = re.compile(rf"(?:{_NAME})?")
_TERM: Final = re.compile(
    rf"\s*(?:(?P<absent>!)\s*)?{_KEY}\s*"
    r"(?:(?P<op>==|!=|=)\s*(?P<value>[^\s,()]*)|(?P<set>in|notin)\s*\((?P<values>[^()]*)\))?"
    r"\s*(?:,|$)"
)


def parse_selector(text: str) -> tuple[LabelTerm, ...]:
    """The requirements of a selector, sorted; empty text selects everything.

    The grammar is Kubernetes' own (labels.Parse). Raises `QueryError` on field ``labels``.
    """
    terms: set[LabelTerm] = set()
    position = 0
    while position < len(text) and text[position:].strip():
        match = _TERM.match(text, position)
        if match is None:
            raise _error(text, f"The selector cannot be read from {text[position:][:40]!r} on.")
        terms.add(_term(match, text))
        position = match.end()
    if text.rstrip().endswith(","):
        raise _error(text, "The selector ends in a comma.")
    if len(terms) > MAX_TERMS:
        raise _error(text, f"A selector has at most {MAX_TERMS} requirements.")
    return tuple(sorted(terms))


def fits(terms: Iterable[LabelTerm], labels: Mapping[str, str]) -> bool:
    """Whether an object with `labels` is selected."""
    return all(_fits(term, labels.get(term.key)) for term in terms)


def _fits(term: LabelTerm, value: str | None) -> bool:
    found = value is not None and (not term.values or value in term.values)
    return found == term.wanted


def _term(match: re.Match[str], text: str) -> LabelTerm:
    key = match["key"]
    if match["absent"]:
        if match["op"] or match["set"]:
            raise _error(text, f"'!' before {key!r} takes no value.")
        return LabelTerm(key, wanted=False)
    if match["op"]:
        value = _checked(match["value"], text)
        return LabelTerm(key, match["op"] != "!=", (value,))
    if match["set"]:
        values = sorted({_checked(value.strip(), text) for value in match["values"].split(",")})
        return LabelTerm(key, match["set"] == "in", tuple(values))
    return LabelTerm(key, wanted=True)


def _checked(value: str, text: str) -> str:
    if not _VALUE.fullmatch(value):
        raise _error(text, f"{value[:63]!r} is not a label value.")
    return value


def _error(text: str, message: str) -> QueryError:
    return QueryError("labels", text, message, _ACCEPTS)
