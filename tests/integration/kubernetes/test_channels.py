"""Opening two-way streams at a real API server: what it refuses, to whom, in which words.

What runs inside a container needs a kubelet; the protocol itself is in
tests/unit/kubernetes/test_channels.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.caller import Impersonation
from integrations.contract import CallerDenied, NotFound, UpstreamRefused
from integrations.kubernetes.channels import PORT_FORWARD, open_duplex
from tests.contract.kubernetes.harness import RealCluster, Subject, pod, unique
from tests.contract.kubernetes.server import ApiServer

pytestmark = pytest.mark.stack
COMMAND = [("container", "main"), ("command", "true"), ("stdout", "true")]


@pytest.fixture
def cluster(api_server: ApiServer, tmp_path: Path) -> Iterator[RealCluster]:
    real = RealCluster(api_server, tmp_path)
    yield real
    real.http.close()


@pytest.fixture
def namespace(cluster: RealCluster) -> str:
    name = unique("ns")
    cluster.put("namespaces", {"metadata": {"name": name}})
    cluster.put("pods", pod(name, "web"))
    return name


async def opened(client, path: str, **more):
    async with open_duplex(client.api, path, COMMAND, **more):
        raise AssertionError("nothing runs there")


async def test_rights_are_asked_for_as_the_caller(cluster: RealCluster, namespace: str):
    client = cluster.client()
    caller = Impersonation(f"craton:{unique('maya')}")
    path = f"/api/v1/namespaces/{namespace}/pods/web/exec"
    with pytest.raises(CallerDenied) as refused:
        await opened(client, path, as_=caller)
    assert refused.value.missing == f"get pods/exec in the namespace {namespace}"
    cluster.grant(Subject("User", caller.user), namespace, "pods/exec", "get")
    with pytest.raises(CallerDenied):
        await opened(client, path, as_=caller)
    cluster.grant(Subject("User", caller.user), namespace, "pods/exec", "create", "get")
    with pytest.raises(UpstreamRefused, match="does not have a host assigned"):
        await opened(client, path, as_=caller)
    with pytest.raises(NotFound):
        await opened(client, path.replace("web", "absent"), as_=caller)
    await client.aclose()


async def test_port_forward_takes_v4(cluster: RealCluster, namespace: str):
    client = cluster.client()
    path = f"/api/v1/namespaces/{namespace}/pods/web/portforward"
    with pytest.raises(UpstreamRefused, match="does not have a host assigned"):
        await opened(client, path, as_=None, protocols=PORT_FORWARD)
    await client.aclose()
