"""What the fake API server refuses, as a `Status`."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Place", "Refusal", "forbidden"]


class Refusal(Exception):
    """An answer with a `Status` as its body."""

    def __init__(self, code: int, reason: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "code": code,
            **more,
        }
        self.code = code


class Place(NamedTuple):
    """What is done to which object, as RBAC sees it."""

    verb: str
    group: str
    plural: str
    namespace: str = ""
    name: str = ""


def forbidden(user: str, place: Place) -> Refusal:
    """RBAC's words for a right that is missing."""
    verb, group, plural, namespace, name = place
    subject = f'{plural} "{name}"' if name else plural
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    return Refusal(
        403,
        "Forbidden",
        f'{subject} is forbidden: User "{user}" cannot {verb} resource "{plural}" in API group '
        f'"{group}" {where}',
        details={"kind": plural, **({"name": name} if name else {})},
    )
