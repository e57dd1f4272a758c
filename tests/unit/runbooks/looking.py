"""Members as a look finds them, for tests of what is judged by it."""

from __future__ import annotations

from typing import Any

from integrations.etcd.look import Look, MemberLook
from integrations.etcd.models import StatusResponse

__all__ = ["cluster", "member"]


def member(number: int, **changes: Any) -> MemberLook:
    """Member ``m1``, which answers unless `status` is None."""
    found: dict[str, Any] = {
        "id": str(number),
        "name": f"m{number}",
        "peer_urls": (f"http://m{number}.invalid:2380",),
        "client_urls": (f"http://m{number}.invalid:2379",),
        "learner": False,
        "endpoint": f"http://m{number}.invalid:2379",
        "status": StatusResponse(),
        "failure": "",
        "quota": None,
    }
    return MemberLook(**found | changes)


def cluster(*members: MemberLook, leader: str = "1", revision: int = 9) -> Look:
    """All of them, number one leading."""
    return Look("77", members, leader, revision)
