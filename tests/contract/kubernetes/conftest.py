"""One suite, two clusters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.kubernetes.harness import Cluster, FakeCluster, RealCluster
from tests.contract.kubernetes.server import ApiServer


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A real API server of this worker's own."""
    server = ApiServer(tmp_path_factory.mktemp("apiserver"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.stack)])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cluster]:
    """The in-process fake and the real server in turn."""
    if request.param == "fake":
        yield FakeCluster()
        return
    real = RealCluster(request.getfixturevalue("api_server"), tmp_path)
    yield real
    real.http.close()
