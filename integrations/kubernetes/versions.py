"""Which of several versions of a kind is preferred."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["version_order"]

_VERSION: Final = re.compile(r"v([1-9][0-9]{0,8})(?:(alpha|beta)([1-9][0-9]{0,8}))?")
_STAGES: Final = {None: 0, "beta": 1, "alpha": 2}


def version_order(name: str) -> tuple[int, int, int, str]:
    """Puts the preferred first: ``v10`` before ``v2`` before ``v11beta2`` before ``v3alpha1``, what
    is no such version last and by name (Kubernetes: "Version priority" of custom resources)."""
    found = _VERSION.fullmatch(name)
    if found is None:
        return (len(_STAGES), 0, 0, name)
    major, stage, minor = found.groups()
    return (_STAGES[stage], -int(major), -int(minor or 0), "")
