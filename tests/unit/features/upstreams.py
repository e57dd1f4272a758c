"""A console connected to an etcd and a registry that live in the test's process."""

import json
import os
from contextlib import asynccontextmanager
from functools import partial

from integrations.etcd import integration as etcd_integration
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.fake import FakeCluster
from integrations.registry import integration as registry_integration
from integrations.registry.connection import RegistryConnection
from integrations.registry.fake import FakeRegistry
from tests.console import running_console

SECRET = "the secret of the hook"


@asynccontextmanager
async def connected_console(home, monkeypatch):
    """Gives the console, the fake etcd and the fake registry, all running."""
    etcd, registry = FakeCluster(), FakeRegistry()
    secret = home / "hook"
    secret.write_text(SECRET + "\n")
    connections = {
        "etcd": [
            {"name": "local", "endpoints": etcd.endpoints, "ca": None, "cert": None, "key": None}
        ],
        "registry": [
            {"name": "local", "url": registry.url, "webhook_secret_file": str(secret)},
        ],
    }
    (home / "stack").mkdir()
    status = {"version": 1, "pid": os.getpid(), "components": [], "connections": connections}
    (home / "stack" / "status.json").write_text(json.dumps(status))
    monkeypatch.setattr(
        etcd_integration, "EtcdConnection", partial(EtcdConnection, transport=etcd.transport)
    )
    monkeypatch.setattr(
        registry_integration, "RegistryConnection", partial(RegistryConnection, transport=registry)
    )
    async with running_console(home) as console:
        yield console, etcd, registry
