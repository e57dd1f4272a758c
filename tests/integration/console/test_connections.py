"""Real systems connected from the console: tested, added, denied, mended, removed."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from auth.scope import organisation
from backend.secrets.keyring import make_key
from tests.console import ConsoleApp, running_console
from tests.stackfixtures import RunningStack
from tests.waiting import until

pytestmark = pytest.mark.stack


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[ConsoleApp]:
    """A console without the stack's own connections, allowed to go to this machine."""
    async with running_console(
        tmp_path,
        port=1,
        secrets_keys=make_key("k"),
        connection_networks=["127.0.0.0/8"],
        connection_http_hosts=["127.0.0.1"],
    ) as running:
        yield running


def kubeconfig(stack: RunningStack) -> dict[str, Any]:
    """The administrator's kubeconfig with everything inside."""
    text = stack.kubectl("config", "view", "--flatten", "--minify", "--raw", "-o", "json")
    return json.loads(text)


def cluster(stack: RunningStack, name: str = "remote") -> dict[str, Any]:
    values = {"kubeconfig_data": json.dumps(kubeconfig(stack))}
    return {"kind": "kubernetes", "name": name, "way": "kubeconfig", "values": values}


def store(stack: RunningStack, **changes: Any) -> dict[str, Any]:
    files = stack.etcd
    values = {
        "endpoints": list(files.endpoints),
        "ca_data": Path(files.ca).read_text(),
        "cert_data": Path(files.cert).read_text(),
        "key_data": Path(files.key).read_text(),
        **changes,
    }
    return {"kind": "etcd", "name": "remote", "way": "endpoints", "values": values}


async def total(owner: httpx2.AsyncClient, collection: str, **query: Any) -> int:
    answer = await owner.get(f"/collections/{collection}", params={"limit": 1, **query})
    return int(answer.json()["total"])


async def test_a_cluster_is_tested_added_and_removed(
    console: ConsoleApp, stack: RunningStack
) -> None:
    stack.wait_ready("kube-apiserver")
    owner = await console.owner()
    found = await owner.post("/connections/test", json=cluster(stack))
    assert found.status_code == 200, found.text
    told = found.json()
    assert told["version"].startswith("v1.")
    assert "system:masters" in told["identity"]
    assert all(right["held"] for right in told["rights"])
    assert {"the server's certificate", "our client certificate", "the CA"} == {
        certificate["what"] for certificate in told["certificates"]
    }
    assert 0 < told["latency"] < 60, "in seconds"
    assert told["clock_skew"] == 0.0
    for name in ("remote", "other"):
        made = await owner.post("/connections", json=cluster(stack, name))
        assert made.status_code == 201, made.text

    async def read() -> bool:
        rows = (await owner.get("/collections/clusters")).json()["rows"]
        return {row["name"] for row in rows} == {"remote", "other"}

    await until(read)

    async def same() -> bool:
        each = [
            await total(owner, "namespaces", filter=f'cluster="{name}"')
            for name in ("remote", "other")
        ]
        return each[0] == each[1] > 0

    await until(same)
    impact = (await owner.get("/connections/kubernetes/remote/impact")).json()
    assert {"namespaces", "machines"} <= {row["collection"] for row in impact["rows"]}
    gone = await owner.delete("/connections/kubernetes/remote", headers={"if-match": '"1"'})
    assert gone.status_code == 204
    assert await total(owner, "namespaces", filter='cluster="remote"') == 0
    assert await total(owner, "namespaces", filter='cluster="other"') > 0


async def test_missing_rights_are_named(console: ConsoleApp, stack: RunningStack) -> None:
    stack.wait_ready("kube-apiserver")
    stack.kubectl(
        "apply", "-f", "-", stdin=json.dumps(
            {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
                "metadata": {"name": "craton-test", "namespace": "default"},
            }
        ),
    )  # fmt: skip
    token = stack.kubectl("create", "token", "craton-test", "-n", "default").strip()
    config = kubeconfig(stack)
    target = config["clusters"][0]["cluster"]
    values = {
        "server": target["server"],
        "token": token,
        "ca_data": base64.b64decode(target["certificate-authority-data"]).decode(),
    }
    draft = {"kind": "kubernetes", "name": "limited", "way": "token", "values": values}
    owner = await console.owner()
    found = await owner.post("/connections/test", json=draft)
    assert found.status_code == 200, found.text
    told = found.json()
    assert told["identity"].startswith("system:serviceaccount:default:craton-test")
    missing = [right for right in told["rights"] if not right["held"]]
    assert any("nodes" in right["title"] for right in missing)
    assert all(right["without"] for right in missing)
    wrong = {**draft, "values": {**values, "token": "not-a-token"}}
    refused = await owner.post("/connections/test", json=wrong)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"field": "token", "message": "it refused these credentials"}
    ]
    untrusted = {**draft, "values": {**values, "ca_data": ""}}
    refused = await owner.post("/connections/test", json=untrusted)
    (error,) = refused.json()["errors"]
    assert error["field"] == "server"
    assert "certificate is not trusted" in error["message"]


async def test_who_connects_a_cluster_is_told_whether_it_will_show_them_anything(
    console: ConsoleApp, stack: RunningStack
) -> None:
    stack.wait_ready("kube-apiserver")
    owner = await console.owner()
    role = {"id": "connector", "rights": ["connection-settings:create"]}
    made = await owner.post("/roles", json=role)
    assert made.status_code == 201, made.text
    connector = await console.member("con", ("connector", organisation("main")))

    async def shown(caller: httpx2.AsyncClient, **values: str) -> list[dict[str, Any]]:
        draft = cluster(stack)
        draft["values"] |= values
        found = await caller.post("/connections/test", json=draft)
        assert found.status_code == 200, found.text
        return [right for right in found.json()["rights"] if right["title"].startswith("you ")]

    (own,) = await shown(owner)
    assert own["title"] == "you there, as craton:owner: list pods"
    assert own["held"], "the local stack binds roles to the console's groups"
    (not_theirs,) = await shown(connector)
    assert not not_theirs["held"], "nobody there was told of that role"
    assert "your groups (craton:connector)" in not_theirs["without"]
    assert await shown(owner, rights="console") == [], "there the cluster is not asked"


async def test_an_etcd_and_a_registry(console: ConsoleApp, stack: RunningStack) -> None:
    stack.wait_ready("etcd-1", "etcd-2", "etcd-3", "registry")
    owner = await console.owner()
    found = (await owner.post("/connections/test", json=store(stack))).json()
    assert found["version"].startswith("3.")
    assert all(right["held"] for right in found["rights"])
    made = await owner.post("/connections", json=store(stack))
    assert made.status_code == 201, made.text
    assert set(made.json()["secrets"]) == {"key_data"}
    await until(lambda: total(owner, "etcd-members"))
    values = {"url": stack.registry_url}
    draft = {"kind": "registry", "name": "remote", "way": "url", "values": values}
    found = (await owner.post("/connections/test", json=draft)).json()
    assert [right["held"] for right in found["rights"]][:1] == [True]
    assert (await owner.post("/connections", json=draft)).status_code == 201
    await until(lambda: total(owner, "repositories"))
    trusted = store(stack)["values"]["ca_data"]
    foreign = {**draft, "values": {"url": stack.etcd.endpoints[0], "ca_data": trusted}}
    refused = await owner.post("/connections/test", json=foreign)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "url"


async def test_credentials_are_renewed_without_a_restart(
    console: ConsoleApp, stack: RunningStack
) -> None:
    stack.wait_ready("etcd-1", "etcd-2", "etcd-3")
    owner = await console.owner()
    assert (await owner.post("/connections", json=store(stack))).status_code == 201

    async def status(word: str) -> bool:
        rows = (await owner.get("/collections/connections")).json()["rows"]
        return [row["status"] for row in rows] == [word]

    await until(lambda: status("Connected"))
    broken = store(stack, cert_data="", key_data="")
    answer = await owner.put(
        "/connections/etcd/remote",
        json={"way": broken["way"], "values": broken["values"]},
        headers={"if-match": '"1"'},
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["tested"] is False
    answer = await owner.put(
        "/connections/etcd/remote?untested=true",
        json={"way": broken["way"], "values": broken["values"]},
        headers={"if-match": '"1"'},
    )
    assert answer.status_code == 200, answer.text
    await until(lambda: status("Down"))
    mended = store(stack)
    answer = await owner.put(
        "/connections/etcd/remote",
        json={"way": mended["way"], "values": mended["values"]},
        headers={"if-match": '"2"'},
    )
    assert answer.status_code == 200, answer.text
    await until(lambda: status("Connected"))
    answer = await owner.post(
        "/connections/etcd/remote/credentials",
        json={"values": {"key_data": mended["values"]["key_data"]}},
        headers={"if-match": '"3"'},
    )
    assert answer.status_code == 200, answer.text
    await until(lambda: status("Connected"))
