from contextlib import AsyncExitStack
from typing import Any

import pytest

from backend.secrets.keyring import make_key
from integrations.etcd.connection import EtcdConnection, EtcdFeeds
from tests.console import running_console
from tests.contract.etcd.real import RealCluster
from tests.contract.etcd.recording import RecordingFeed
from tests.integration.etcd.keybench import KeyBench, connected


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


@pytest.fixture
async def bench(real, tmp_path):
    """Connect a cluster of one member to a console of the test's own."""
    async with AsyncExitStack() as consoles:

        async def make(*, args: tuple[str, ...] = (), **values: Any) -> KeyBench:
            cluster = await real(size=1, args=args)
            home = tmp_path / f"console{len(list(tmp_path.iterdir()))}"
            home.mkdir()
            console = await consoles.enter_async_context(
                running_console(
                    home,
                    port=1,
                    secrets_keys=make_key("k"),
                    connection_networks=["127.0.0.0/8"],
                    connection_http_hosts=["127.0.0.1"],
                )
            )
            return await connected(cluster, console, **values)

        yield make
