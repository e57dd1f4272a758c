import pytest

from integrations.etcd.connection import EtcdConnection, EtcdFeeds
from tests.contract.etcd.real import RealCluster
from tests.contract.etcd.recording import RecordingFeed


@pytest.fixture
async def real(tmp_path):
    """Start real clusters; all members are stopped at the end."""
    clusters = []

    async def make(**options) -> RealCluster:
        folder = tmp_path / f"c{len(clusters)}"
        folder.mkdir()
        cluster = RealCluster(folder, **options)
        clusters.append(cluster)
        await cluster.start()
        return cluster

    yield make
    for cluster in clusters:
        await cluster.stop()


@pytest.fixture
async def watch():
    """Connect and start; returns the connection and its recording feeds."""
    opened = []

    def make(settings) -> tuple[EtcdConnection, EtcdFeeds]:
        connection = EtcdConnection(settings)
        feeds = EtcdFeeds(RecordingFeed(), RecordingFeed(), RecordingFeed())
        connection.start(feeds)
        opened.append(connection)
        return connection, feeds

    yield make
    for connection in opened:
        await connection.stop()
