"""Fields by paths that a person can read, and which of an object's are nobody's to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["KEYS", "REPEATED", "UNTOLD", "below", "entry_of"]

REPEATED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_NAME: Final = 200
"""Characters of what an entry is called."""
UNTOLD: Final = frozenset(
    {"managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink"}
)
"""What the API server keeps for itself."""
KEYS: Final = ("mountPath", "name", "containerPort", "key", "ip", "type")
"""What an entry of a list is known by, as the schemas of Kubernetes merge them."""


def below(path: str, name: str) -> str:
    """The path of a member; names with dots of their own stand in brackets."""
    if not path:
        return name
    return f'{path}["{name}"]' if "." in name or "/" in name else f"{path}.{name}"


def entry_of(at: int, entry: Any) -> str:
    """What an entry of a list is called in a path: by what it is known by, else its place."""
    if isinstance(entry, Mapping):
        for name in KEYS:
            if isinstance(entry.get(name), (str, int)) and entry[name] != "":
                return f"{name}={str(entry[name])[:_NAME]}"
    return str(at)
