"""Not a test of the suite: `test_interrupted.py` runs it, to kill it while its servers run."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.consoleprocess import launch_console
from tests.contract.etcd.real import RealCluster
from tests.contract.kubernetes.server import ApiServer
from tests.contract.registry.real import RealRegistry
from tests.omaha_server import Server
from tests.postgres import cluster
from tests.stackfixtures import RunningStack


def hold() -> None:
    """Say that all is there, and wait to be killed."""
    Path(os.environ["CRATON_TEST_HELD"]).touch()
    time.sleep(600)


@pytest.mark.timeout(600)
def test_every_kind_of_server_runs_until_the_end(
    tmp_path: Path, postgres_url: str, own_stack: Callable[..., RunningStack]
) -> None:
    folders = {name: tmp_path / name for name in ("api", "etcd", "registry", "console", "updates")}
    for folder in folders.values():
        folder.mkdir()
    stack = own_stack(nodes=1)
    Server(postgres_url, folders["updates"], workers=2)
    ApiServer(folders["api"]).start()
    launch_console(folders["console"], None)

    async def others() -> None:
        members = RealCluster(folders["etcd"], size=1)
        await members.start()
        registry = RealRegistry(folders["registry"])
        await registry.start()
        with cluster():
            stack.wait_ready("etcd-1")
            hold()

    asyncio.run(others())
