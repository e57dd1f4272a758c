"""A job of a real cluster signs in with the token that its API server gives it, on the command
line and through OAuth, and is out when it is trusted no more."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commandline import CommandLine
from tests.consoleprocess import ConsoleProcess, Person
from tests.stackfixtures import RunningStack
from tests.waiting import until

PATIENCE = 60.0
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"


@pytest.fixture
def job(stack: RunningStack) -> Iterator[str]:
    """A service account of the cluster, as jobs have one."""
    name = f"job-{uuid.uuid4().hex[:8]}"
    stack.kubectl("create", "serviceaccount", name, "-n", "default")
    yield name
    stack.kubectl("delete", "serviceaccount", name, "-n", "default", "--wait=false")


@pytest.fixture
def account(owner: Person) -> Iterator[str]:
    """A service account of the console that may look at everything."""
    name = f"ci-{uuid.uuid4().hex[:8]}"
    made = owner.http.post("/service-accounts", json={"name": name})
    assert made.status_code == 201, made.text
    grant = {"subject_kind": "service", "subject": name, "role": "viewer", "scope": "org/main"}
    assert owner.http.post("/bindings", json=grant).status_code == 201
    yield str(made.json()["id"])
    assert owner.http.delete(f"/service-accounts/{made.json()['id']}").status_code == 204


def rule(job: str, **more: Any) -> dict[str, Any]:
    bound = [
        {"claim": "sub", "pattern": f"system:serviceaccount:default:{job}"},
        {"claim": "kubernetes.io/namespace", "pattern": "default"},
    ]
    return {"name": job, "cluster": "local", "audience": "craton", "conditions": bound} | more


def token_for(stack: RunningStack, job: str, audience: str = "craton") -> str:
    return stack.kubectl(
        "create", "token", job, "-n", "default", "--audience", audience, "--duration", "10m"
    ).strip()


async def test_a_job_of_the_cluster_works_until_it_is_trusted_no_more(
    stack: RunningStack,
    server: ConsoleProcess,
    owner: Person,
    job: str,
    account: str,
    tmp_path: Path,
) -> None:
    """`craton login --workload` with the file that Kubernetes projects, then `craton get`."""
    rules = f"/service-accounts/{account}/trust-rules"
    made = owner.http.post(rules, json=rule(job))
    assert made.status_code == 201, made.text
    assert made.json()["issuer"].startswith("https://")
    everybody = rule(job, conditions=[{"claim": "sub", "pattern": "system:serviceaccount:*"}])
    assert owner.http.post(rules, json=everybody).status_code == 422
    for audience in (made.json()["issuer"], "https://kubernetes.default.svc", "api"):
        every_pod = rule(job, audience=audience)
        assert owner.http.post(rules, json=every_pod).status_code == 422

    file = tmp_path / "token"
    file.write_text(token_for(stack, job))
    shell = CommandLine(tmp_path / "home")
    signed_in = shell.run(
        "login", server.url, "--name", "ci", "--workload", "--token-file", str(file)
    )
    assert "Signed in" in signed_in
    rows = ("get", "pods", "--limit", "2")
    await until(lambda: len(shell.ended(*rows).stdout.splitlines()) == 3, seconds=PATIENCE)
    (given,) = owner.http.get("/tokens", params={"service": account}).json()
    assert given["workload"] == f"system:serviceaccount:default:{job}"

    told = owner.http.post(f"{rules}/test", json={"token": token_for(stack, job)}).json()
    assert told["claims"]["kubernetes.io"]["namespace"] == "default"
    assert [one["matches"] for one in told["rules"]] == [True]
    every = token_for(stack, job, made.json()["issuer"])
    told = owner.http.post(f"{rules}/test", json={"token": every}).json()
    assert "audience" in told["rules"][0]["against"][0]
    with server.anyone() as client:
        form = {"grant_type": GRANT, "subject_token": every, "subject_token_type": JWT}
        refused = client.post("/oauth/exchange", data=form)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")

    assert owner.http.delete(f"{rules}/{made.json()['id']}").status_code == 204
    await until(lambda: shell.ended("get", "pods").returncode == 3, seconds=PATIENCE)
    again = shell.run("login", server.url, "--workload", "--token-file", str(file), code=3)
    assert "No trust rule accepts this token" in again
