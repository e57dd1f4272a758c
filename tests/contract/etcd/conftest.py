import pytest

from integrations.etcd.connection import EtcdConnection
from integrations.etcd.fake import FakeCluster
from integrations.etcd.settings import EtcdSettings
from tests.contract.etcd.real import RealCluster


class FakeStore:
    """The fake with the same handles as the real cluster."""

    def __init__(self) -> None:
        self.fake = FakeCluster()

    def settings(self, **overrides) -> EtcdSettings:
        return EtcdSettings(name="test", endpoints=self.fake.endpoints, **overrides)

    @property
    def transport(self):
        return self.fake.transport

    async def put(self, key, value) -> None:
        await self.fake.put(key, value)

    async def delete(self, key) -> None:
        await self.fake.delete(key)

    async def compact(self) -> None:
        await self.fake.compact()

    async def kill(self, number) -> None:
        self.fake.kill(number)
        if self.fake.leader == self.fake.members[number].id:
            await self.fake.elect((number + 1) % 3)

    async def revive(self, number) -> None:
        self.fake.revive(number)

    async def allow(self, user: str, password: str, prefix: str) -> None:
        self.fake.user = ("root", "root-password")
        self.fake.readers[user] = (password, prefix.encode())

    async def leader(self) -> int:
        return next(n for n, m in enumerate(self.fake.members) if m.id == self.fake.leader)


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.stack)])
async def store(request, tmp_path):
    """A cluster of three members: the fake, then a real one."""
    if request.param == "fake":
        yield FakeStore()
        return
    cluster = RealCluster(tmp_path)
    await cluster.start()
    yield cluster
    await cluster.stop()


@pytest.fixture
async def connect(store):
    """Open connections to the store, patient ones: on a busy machine a sign-in once took over five
    seconds. All are closed at the end."""
    opened = []

    def make(**overrides) -> EtcdConnection:
        connection = EtcdConnection(
            store.settings(**{"deadline": 15.0, **overrides}), store.transport
        )
        opened.append(connection)
        return connection

    yield make
    for connection in opened:
        await connection.stop()
