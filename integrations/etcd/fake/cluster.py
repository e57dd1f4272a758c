"""A fake cluster: the shared state, and the members that answer from it."""

from __future__ import annotations

from integrations.etcd.fake.app import application
from integrations.etcd.fake.state import FakeState
from integrations.etcd.fake.transport import AppTransport


class FakeCluster(FakeState):
    """Members that can be killed, revived and restored from an old backup.

    `transport` is what an `EtcdConnection` is given in place of the network.
    """

    def __init__(self, members: int = 3, *, user: tuple[str, str] | None = None) -> None:
        super().__init__(members, user=user)
        self.transport = AppTransport({m.host: application(self, m) for m in self.members})

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Base URLs of the members."""
        return tuple(f"http://{m.host}" for m in self.members)

    async def restore(self, revision: int) -> None:
        """Go back to an empty store at `revision`, as after restoring a backup."""
        self.keys.clear()
        self.log.clear()
        self.revision, self.compacted = revision, 0
        for member in self.members:
            self.transport.cut(member.host)

    def kill(self, number: int) -> None:
        """Member `number` (from 0) dies: refused connections, broken streams."""
        self.transport.kill(self.members[number].host)

    def revive(self, number: int) -> None:
        """Member `number` answers again."""
        self.transport.revive(self.members[number].host)
