"""Who may change how the console reaches a system, and where a connection may lead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auth.scope import cluster, organisation
from tests.console import ConsoleApp, running_console
from tests.unit.connections.adding import CANARY, CLUSTER, ETCD, add, kubeconfig


async def test_a_stored_secret_is_not_sent_to_an_address_typed_now(console: ConsoleApp) -> None:
    await add(console)
    owner = await console.owner()
    elsewhere = {"endpoints": ["https://mine.invalid:2379"], "username": "u"}
    draft = {"way": "endpoints", "values": elsewhere}
    for answer in (
        await owner.post("/connections/test", json={"kind": "etcd", "name": "far", **draft}),
        await owner.put(
            "/connections/etcd/far?untested=true", json=draft, headers={"if-match": '"1"'}
        ),
    ):
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error == {
            "field": "password",
            "message": "Endpoints changed: type the secret again",
        }


async def test_the_consoles_own_account_is_not_the_systems_owners_to_give(
    console: ConsoleApp,
) -> None:
    assert (await add(console, **CLUSTER)).status_code == 201
    hers = await console.member("ada", ("owner", cluster("main", "c1")))
    url, seen = "/connections/kubernetes/c1?untested=true", {"headers": {"if-match": '"1"'}}
    own = {"way": "in-cluster", "values": {}}
    refused = await hers.put(url, json=own, **seen)
    assert refused.status_code == 403, refused.text
    assert refused.json()["needs"] == {"kind": "connection-settings", "verb": "create"}
    assert refused.json()["errors"][0]["field"] == "way"
    tried = await (await console.owner()).put(url, json=own, **seen)
    assert "not a pod" in tried.json()["detail"], "the organisation's owner may; here is none"
    values = {**CLUSTER["values"], "token": "another"}
    answer = await hers.put(url, json={"way": "token", "values": values}, **seen)
    assert answer.status_code == 200, answer.text


async def test_a_limit_is_changed_only_by_who_may_connect_and_with_the_secret(
    console: ConsoleApp,
) -> None:
    limited = {**ETCD["values"], "prefix": "/a/"}
    assert (await add(console, values=limited)).status_code == 201
    hers = await console.member("ada", ("owner", ("org", "main", "etcd", "far")))
    url, seen = "/connections/etcd/far?untested=true", {"headers": {"if-match": '"1"'}}
    wide = {"way": "endpoints", "values": ETCD["values"]}
    refused = await hers.put(url, json=wide, **seen)
    assert refused.status_code == 403, refused.text
    assert refused.json()["errors"][0]["field"] == "prefix"
    owner = await console.owner()
    without = {key: value for key, value in ETCD["values"].items() if key != "password"}
    kept = await owner.put(url, json={"way": "endpoints", "values": without}, **seen)
    assert kept.status_code == 422, kept.text
    assert "Prefix changed" in kept.json()["errors"][0]["message"]
    assert (await owner.put(url, json=wide, **seen)).status_code == 200


async def test_another_context_asks_for_the_kubeconfig_again(console: ConsoleApp) -> None:
    values = {"kubeconfig_data": kubeconfig({"token": CANARY}), "context": "a"}
    made = await add(console, **{**CLUSTER, "way": "kubeconfig", "values": values})
    assert made.status_code == 201, made.text
    owner = await console.owner()
    answer = await owner.put(
        "/connections/kubernetes/c1?untested=true",
        json={"way": "kubeconfig", "values": {"context": "b"}},
        headers={"if-match": '"1"'},
    )
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error == {
        "field": "kubeconfig_data",
        "message": "Context changed: type the secret again",
    }


async def test_who_sees_what(console: ConsoleApp) -> None:
    await add(console)
    operator = await console.member("op", ("operator", organisation("main")))
    viewer = await console.member("team", ("viewer", cluster("main", "elsewhere")))
    assert (await operator.get("/collections/connections")).json()["total"] == 1
    for method, path in (
        ("get", "/connections/etcd/far"),
        ("get", "/connections/etcd/far/impact"),
        ("get", "/connections/etcd/far/diagnostics"),
        ("delete", "/connections/etcd/far"),
        ("get", "/connections/kinds"),
    ):
        answer = await getattr(operator, method)(path)
        assert answer.status_code == 404, (path, answer.text)
    assert (await operator.post("/connections", json=ETCD)).status_code == 404
    assert (await viewer.get("/collections/connections")).json()["total"] == 0
    for path in ("/connections/etcd/far", "/connections/etcd/none"):
        answer = await viewer.get(path)
        assert answer.status_code == 404
        assert answer.json()["detail"] == "There is no such connection, or you may not see it."


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:1",
        "https://localhost:1",
        "https://10.1.2.3:1",
        "https://192.168.1.1:1",
        "https://[::1]:1",
        "https://169.254.169.254:1",
        "https://[::ffff:169.254.169.254]:1",
        "https://[64:ff9b::7f00:1]:1",
        "https://0.0.0.0:1",
    ],
)
async def test_private_addresses_are_not_allowed_by_being_typed(
    tmp_path: Path, address: str
) -> None:
    async with running_console(tmp_path) as console:
        values = {"endpoints": [address]}
        answer = await add(console, values=values, untested=False)
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["field"] == "endpoints"
        assert "leads to" in error["message"]


async def test_the_console_itself_is_no_system(tmp_path: Path) -> None:
    networks = ["127.0.0.0/8"]
    async with running_console(tmp_path, port=8080, connection_networks=networks) as console:
        answer = await add(console, values={"endpoints": ["https://127.0.0.1:8080"]})
        assert "console itself" in answer.json()["errors"][0]["message"]


async def test_an_uploaded_kubeconfig_runs_no_program_and_names_no_file(tmp_path: Path) -> None:
    def config(user: dict[str, Any], server: str = "https://k.invalid:6443") -> str:
        return json.dumps(
            {
                "current-context": "b",
                "contexts": [
                    {"name": "a", "context": {"cluster": "none", "user": "u"}},
                    {"name": "b", "context": {"cluster": "c", "user": "u"}},
                ],
                "clusters": [{"name": "c", "cluster": {"server": server}}],
                "users": [{"name": "u", "user": user}],
            }
        )

    program = {"exec": {"command": "/bin/sh", "apiVersion": "client.authentication.k8s.io/v1"}}
    async with running_console(tmp_path) as console:
        owner = await console.owner()
        for user, words in (
            (program, "runs a program"),
            ({"tokenFile": "/etc/shadow"}, "names the file /etc/shadow"),
            ({"client-certificate": "/etc/x"}, "names the file /etc/x"),
        ):
            draft = {"kind": "kubernetes", "name": "k", "way": "kubeconfig", "untested": True}
            values = {"kubeconfig_data": config(user)}
            answer = await owner.post("/connections", json={**draft, "values": values})
            assert answer.status_code == 422, answer.text
            (error,) = answer.json()["errors"]
            assert error["field"] == "kubeconfig_data"
            assert words in error["message"]
        asked = {"kind": "kubernetes", "field": "context"}
        values = {"kubeconfig_data": config({"token": CANARY})}
        found = await owner.post("/connections/choices", json={**asked, "values": values})
        assert [choice["value"] for choice in found.json()] == ["b", "a"]
        assert "no cluster" in found.json()[1]["against"]
        values = {"kubeconfig_data": config({"token": CANARY}, "http://k.invalid")}
        answer = await owner.post("/connections", json={**draft, "values": values})
        assert "CRATON_CONNECTION_HTTP_HOSTS" in answer.json()["errors"][0]["message"]
