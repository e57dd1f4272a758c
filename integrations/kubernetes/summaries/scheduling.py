"""Why no machine takes a pod, as kube-scheduler says it, in fewer words."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["misfits"]

_SCHEDULER: Final = (
    (r"were unschedulable", "are cordoned"),
    (r"had untolerated taints?(\(s\))?", "are tainted"),
    (r"didn't match Pod's node affinity/selector", "do not match"),
    (r"didn't match pod affinity rules", "lack the pods it wants beside it"),
    (r"didn't match pod anti-affinity rules", "have pods it must not be beside"),
    (r"didn't match pod topology spread constraints", "would spread it unevenly"),
    (r"had volume node affinity conflict", "cannot reach its volume"),
    (r"didn't find available persistent volumes to bind", "have no volume for it"),
    (r"exceed max volume count", "take no more volumes"),
    (r"didn't have free ports for the requested pod ports", "have its port in use"),
    (r"Insufficient (\S+)", r"lack \1"),
    (r"Too many pods", "are full"),
)
"""kube-scheduler's words of its plugins, and shorter ones."""
_TAINT: Final = re.compile(r"\{(?:[\w.-]+/)?([\w.-]+)(?:: ?([\w.-]*))?\}")
_COUNTED: Final = re.compile(r"(?:^|, )(?=\d+ )")
_SINGULAR: Final = {"are": "is", "do": "does", "lack": "lacks", "have": "has", "take": "takes"}
_ONE: Final = re.compile(r"^1 (are|do|lack|have|take)\b")


def misfits(why: str) -> str:
    """Its counts in words, what most machines lack first: ``5 are tainted (gpu), 1 lacks cpu``."""
    parts = [_words(part) for part in _COUNTED.split(why) if part]
    return ", ".join(sorted(parts, key=_count, reverse=True))


def _words(part: str) -> str:
    number, _, said = part.partition(" ")
    said = said.removeprefix("node(s) ")
    for theirs, ours in _SCHEDULER:
        said = re.sub(f"^{theirs}", ours, said)
    said = _TAINT.sub(lambda taint: f"({taint[1]}{'=' + taint[2] if taint[2] else ''})", said)
    return _ONE.sub(lambda found: f"1 {_SINGULAR[found[1]]}", f"{number} {said}")


def _count(part: str) -> int:
    number = part.partition(" ")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
