import pytest

from integrations.registry.connection import RegistryConnection, RegistryFeeds
from integrations.registry.fake import FakeRegistry
from integrations.registry.settings import RegistrySettings
from tests.contract.etcd.recording import RecordingFeed
from tests.contract.registry.push import Pusher
from tests.contract.registry.real import SECRET, RealRegistry

MEDIA_TYPE = "application/vnd.docker.distribution.events.v2+json"


class FakeStore:
    """The fake with the same handles as the real registry."""

    def __init__(self) -> None:
        self.transport = FakeRegistry()
        self.url = self.transport.url
        self.listener = lambda headers, body: None
        headers = {"authorization": f"Bearer {SECRET}", "content-type": MEDIA_TYPE}
        self.transport.listener = lambda body: self.listener(headers, body)

    def settings(self, **overrides) -> RegistrySettings:
        return RegistrySettings(
            name="test", url=self.url, **{"webhook_secret": SECRET, **overrides}
        )

    async def kill(self) -> None:
        self.transport.down = True

    async def revive(self) -> None:
        self.transport.down = False


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.stack)])
async def store(request, tmp_path):
    """A registry: the fake, then a real one."""
    if request.param == "fake":
        yield FakeStore()
        return
    registry = RealRegistry(tmp_path)
    await registry.start()
    yield registry
    await registry.stop()


@pytest.fixture
async def push(store):
    pusher = Pusher(store.url, store.transport)
    yield pusher
    await pusher.aclose()


@pytest.fixture
async def connect(store):
    """Open connections to the store, fed by its webhooks; all are closed at the end."""
    opened = []

    def make(**overrides) -> RegistryConnection:
        connection = RegistryConnection(store.settings(**overrides), store.transport)

        def deliver(headers, body) -> None:
            assert connection.authorised(headers["authorization"])
            connection.receive(headers["content-type"], body)

        store.listener = deliver
        opened.append(connection)
        return connection

    yield make
    for connection in opened:
        await connection.stop()


@pytest.fixture
def feeds():
    return RegistryFeeds(RecordingFeed(), RecordingFeed())
