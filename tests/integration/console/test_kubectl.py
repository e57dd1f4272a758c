"""The real kubectl, through a console, to the real cluster of the local stack."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from backend.stack.pki import Authority
from backend.tlsfront import tls_front
from tests.commandline import CommandLine, token_for
from tests.consoleprocess import ConsoleProcess, Person
from tests.processes import start
from tests.stackfixtures import RunningStack
from tests.waiting import until

pytestmark = pytest.mark.timeout(240)


@dataclass
class Kubectl:
    """Somebody's kubectl with a kubeconfig of the console's."""

    tool: str
    config: Path
    shell: CommandLine

    @property
    def command(self) -> list[str]:
        return [self.tool, "--kubeconfig", str(self.config)]

    @property
    def variables(self) -> dict[str, str]:
        return self.shell.variables | {"HOME": str(self.shell.home)}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *words],
            env=self.variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    async def good(self, *words: str) -> str:
        done = await asyncio.to_thread(self.run, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def refused(self, *words: str) -> str:
        done = await asyncio.to_thread(self.run, *words)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def started(self, output: Path, *words: str) -> subprocess.Popen[bytes]:
        with output.open("wb") as stream:
            return start(
                *self.command, *words, env=self.variables, stdin=subprocess.DEVNULL,
                stdout=stream, stderr=subprocess.STDOUT,
            )  # fmt: skip


@asynccontextmanager
async def kubectl_of(
    server: ConsoleProcess, stack: RunningStack, shell: CommandLine
) -> AsyncIterator[Kubectl]:
    """kubectl as the person of this shell; TLS stands in front of the console."""
    folder = shell.home / "tls"
    folder.mkdir()
    authority = Authority(folder, "test")
    pair = authority.issue("console", hosts=["127.0.0.1"])
    async with tls_front(server.port, pair.cert, pair.key) as port:
        config = shell.home / "kubeconfig"
        program = {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": str(Path(sys.executable).with_name("craton")),
            "args": ["kube-credential"],
            "interactiveMode": "Never",
        }
        place = {
            "server": f"https://127.0.0.1:{port}/kube/local",
            "certificate-authority": str(authority.pair.cert),
        }
        told = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": place}],
            "users": [{"name": "u", "user": {"exec": program}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        config.write_text(yaml.safe_dump(told))
        tool = stack.component("kubectl").endpoint or "kubectl"
        yield Kubectl(tool, config, shell)


async def device(server: ConsoleProcess, person: Person, home: Path) -> CommandLine:
    """A command line that this person has let in."""
    client = {"client_id": "craton-cli"}
    with server.anyone() as anyone:
        asked = anyone.post("/oauth/device_authorization", data={**client, "client_name": "test"})
        codes = asked.json()
        body = {"code": codes["user_code"], "allow": True}
        assert person.http.post("/device-requests/decision", json=body).status_code == 204
        grant = "urn:ietf:params:oauth:grant-type:device_code"
        fields = {**client, "grant_type": grant, "device_code": codes["device_code"]}
        token = anyone.post("/oauth/token", data=fields).json()["access_token"]
    return CommandLine(home, {"CRATON_URL": server.url, "CRATON_TOKEN": token})


async def test_get_create_and_delete_by_two_rights(
    server: ConsoleProcess,
    stack: RunningStack,
    owner: Person,
    member: Callable[..., Person],
    tmp_path: Path,
) -> None:
    """An operator of a namespace does there what the console and the cluster allow, and nothing
    elsewhere."""
    space = f"kubectl-{uuid.uuid4().hex[:8]}"
    await asyncio.to_thread(stack.kubectl, "create", "namespace", space)
    group = f"craton:operator:{space}"
    bind = ("create", "rolebinding", "by-console", "--clusterrole=edit", f"--group={group}")
    await asyncio.to_thread(stack.kubectl, "-n", space, *bind)
    place = f"org/main/cluster/local/ns/{space}"
    person = member(("operator", place))
    shell = CommandLine(tmp_path, token_for(server, person))
    try:
        async with kubectl_of(server, stack, shell) as kubectl:
            await kubectl.good("-n", space, "create", "configmap", "made", "--from-literal=a=b")
            found = await kubectl.good("-n", space, "get", "configmap", "made", "-o", "json")
            assert json.loads(found)["data"] == {"a": "b"}
            assert "Forbidden" in await kubectl.refused("-n", "kube-system", "get", "pods")
            assert "Forbidden" in await kubectl.refused("get", "pods", "--all-namespaces")
            assert "Forbidden" in await kubectl.refused("-n", space, "get", "secrets")
            await kubectl.good("-n", space, "delete", "configmap", "made")
            told = owner.http.get("/collections/activity?limit=1000").json()["rows"]
            mine = {row["action"] for row in told if row["actor"] == person.login}
            assert {"configmap:create", "configmap:delete"} <= mine
    finally:
        await asyncio.to_thread(stack.kubectl, "delete", "namespace", space, "--wait=false")


async def test_a_watch_ends_with_the_session(
    server: ConsoleProcess, stack: RunningStack, member: Callable[..., Person], tmp_path: Path
) -> None:
    person = member(("viewer", "org/main"))
    shell = await device(server, person, tmp_path)
    async with kubectl_of(server, stack, shell) as kubectl:
        output = tmp_path / "watched"
        watching = kubectl.started(output, "get", "namespaces", "--watch")
        try:
            await until(lambda: "kube-system" in output.read_text())
            assert watching.poll() is None, output.read_text()
            (mine,) = [s for s in person.http.get("/sessions").json() if s["method"] == "device"]
            assert person.http.delete(f"/sessions/{mine['id']}").status_code == 204
            await until(lambda: watching.poll() is not None)
            assert "logged in" in await kubectl.refused("get", "namespaces")
        finally:
            watching.terminate()
            watching.wait(30)


async def test_a_watch_ends_with_the_binding(
    server: ConsoleProcess, stack: RunningStack, owner: Person, tmp_path: Path
) -> None:
    login = server.add_member(owner.http)
    grant = {"subject": login, "role": "viewer", "scope": "org/main"}
    bound = owner.http.post("/bindings", json=grant)
    assert bound.status_code == 201, bound.text
    with server.signed_in(login) as person:
        shell = await device(server, person, tmp_path)
        async with kubectl_of(server, stack, shell) as kubectl:
            output = tmp_path / "watched"
            watching = kubectl.started(output, "get", "namespaces", "--watch")
            try:
                await until(lambda: "kube-system" in output.read_text())
                gone = owner.http.delete(f"/bindings/{bound.json()['id']}")
                assert gone.status_code == 204, gone.text
                await until(lambda: watching.poll() is not None)
                await kubectl.refused("get", "namespaces")
            finally:
                watching.terminate()
                watching.wait(30)


def test_the_kubeconfig_says_what_is_missing(owner: Person) -> None:
    """This console has no https address, over which alone kubectl sends a credential."""
    answer = owner.http.get("/clusters/local/kubeconfig")
    assert answer.status_code == 409
    assert "https" in answer.json()["detail"]
