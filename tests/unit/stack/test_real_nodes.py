"""Names, networks, images and workloads of the real nodes; what is said where there are none."""

import asyncio
import gzip
import io
import ipaddress
import json
import socket
import sys
import tarfile
from pathlib import Path

import pytest

from backend.stack.errors import StackError
from backend.stack.nodes import demo, demo_images, fleet, gateway, network, plan
from backend.stack.nodes.parts import node_parts
from backend.stack.options import StackOptions
from backend.stack.paths import StackPaths
from backend.stack.programs.spec import NODES, Program
from backend.stack.report import human_status
from backend.stack.stack import Stack
from backend.stack.status import ComponentState
from tests.stackfixtures import require_real_nodes

NETWORK = ipaddress.IPv4Network("198.18.7.0/24")


def test_names_fit_and_differ_between_data_directories(tmp_path):
    tags = {plan.tag_of(tmp_path / str(number)) for number in range(50)}
    assert len(tags) == 50
    laid_out = plan.lay_out(StackPaths(tmp_path), plan.tag_of(tmp_path), NETWORK, 9)
    names = [laid_out.bridge, *(node.cable for node in laid_out.nodes)]
    assert max(map(len, names)) <= 15, "the kernel takes no longer ones"
    own = [laid_out.gateway, *(node.address for node in laid_out.nodes)]
    assert len(set(own)) == 10
    assert all(ipaddress.IPv4Address(one) in NETWORK for one in own)
    assert len({node.pod_network for node in laid_out.nodes}) == 9


def test_a_network_in_use_is_left_to_its_user():
    first = network.free_network("a", [])
    assert network.free_network("a", []) == first
    beside = network.free_network("a", [ipaddress.IPv4Network(f"{first[5]}/32")])
    assert beside != first
    assert not beside.overlaps(first)
    with pytest.raises(StackError, match="is in use"):
        network.free_network("a", [plan.RANGE])


def test_images_are_one_layer_with_a_shell_and_the_same_each_time():
    require_real_nodes()
    for image in demo_images.IMAGES:
        built = demo_images.build(image)
        assert built.digest == demo_images.build(image).digest
        manifest = json.loads(built.top.content)
        assert len(manifest["layers"]) == 1
        layer = next(b for b in built.blobs if b.digest == manifest["layers"][0]["digest"])
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer.content))) as files:
            assert files.getmember("bin/sh").linkname == "busybox"
            assert files.getmember("bin/busybox").mode & 0o111
            run = files.extractfile("bin/run")
            assert run is not None
            assert "TERM" in run.read().decode(), "process 1 ignores what it does not handle"


def test_every_demo_pod_asks_for_a_real_node():
    kinds = []
    for item in demo.workloads("127.0.0.1:5000"):
        kinds.append(item["kind"])
        template = item["spec"].get("template")
        if template:
            assert template["spec"]["nodeSelector"] == demo.ON_REAL_NODES
            assert template["spec"]["tolerations"] == demo.TOLERATED
            [container] = template["spec"]["containers"]
            assert container["securityContext"]["runAsNonRoot"]
    assert {"Deployment", "Job", "PodDisruptionBudget", "Service"} <= set(kinds)


async def test_where_there_can_be_none_the_status_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(fleet, "obstacle", lambda: "Real nodes need root: start Craton as root.")
    stack = Stack(tmp_path, StackOptions(known_ports=False))
    stack.paths.prepare()
    context = stack._lay_out()
    await stack._plan_real_nodes(context)
    stack._announce(context)
    found = {one.name: one for one in stack.status().components}
    assert found["real-nodes"].state is ComponentState.STOPPED
    assert not [name for name in found if name.startswith(("machine-", "kubelet-", "demo-"))]
    said = io.StringIO()
    human_status(stack.status(), said)
    assert "Real nodes: Real nodes need root: start Craton as root." in said.getvalue()


async def test_none_are_made_where_none_are_wanted(tmp_path, monkeypatch):
    monkeypatch.setattr(fleet, "obstacle", lambda: pytest.fail("nobody asked"))
    stack = Stack(tmp_path, StackOptions(known_ports=False, real_nodes=0))
    stack.paths.prepare()
    await stack._plan_real_nodes(stack._lay_out())
    assert stack.status().components == []


@pytest.mark.parametrize(("text", "wanted"), [("", None), ("0", 0), ("3", 3)])
def test_how_many_is_a_setting(monkeypatch, text, wanted):
    monkeypatch.setenv("CRATON_STACK_REAL_NODES", text)
    assert StackOptions.from_environment().real_nodes == wanted
    monkeypatch.setenv("CRATON_STACK_REAL_NODES", "10")
    with pytest.raises(ValueError, match="at most 9"):
        StackOptions.from_environment()


async def test_the_gateway_passes_on_both_ways_and_says_that_it_works(tmp_path: Path):
    """Over loopback's device: another address of it stands for the bridge's."""

    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.read()).upper())
        writer.close()

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    name = f"craton-test-{tmp_path.name}-{port}"
    script = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", gateway.__file__, name, "lo", "127.0.0.2", str(port))
    )
    try:
        assert await _asked(f"\0{name}") == b"ok"
        reader, writer = await asyncio.open_connection("127.0.0.2", port)
        writer.write(b"x" * 500_000)
        writer.write_eof()
        assert await reader.read() == b"X" * 500_000
        writer.close()
    finally:
        script.terminate()
        await script.wait()
        server.close()


async def _asked(path: str) -> bytes:
    for _ in range(100):
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(path) == 0:
                break
        await asyncio.sleep(0.05)
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        return await reader.read(2)
    finally:
        writer.close()


async def test_trying_a_machine_again_tries_every_program_it_is_made_of(tmp_path, monkeypatch):
    """Its own parts are scripts: what could not be built is one of its tools."""
    laid_out = plan.lay_out(StackPaths(tmp_path), "0", NETWORK, 1)
    machine = next(part for part in node_parts(laid_out) if part.name == "machine-1")
    stack, attempts, again = Stack(tmp_path, StackOptions(real_nodes=0)), [], []

    async def attempt() -> None:
        attempts.append(len(attempts))

    async def note(program: Program) -> None:
        again.append(program)

    monkeypatch.setattr(stack._programs, "again", note)
    trying = asyncio.create_task(stack._kept(machine.name, attempt, machine.programs))
    await asyncio.sleep(0)
    stack._retry[machine.name].set()
    while len(attempts) < 2:
        await asyncio.sleep(0)
    trying.cancel()
    assert again == [*NODES]
