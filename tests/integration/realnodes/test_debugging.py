"""Debug containers on a real node: started beside a pod's own, and used for a terminal."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.consoleprocess import OWNER, ConsoleProcess, Person
from tests.integration.realnodes.cluster import pods_of
from tests.integration.realnodes.idle import make_pod
from tests.integration.realnodes.terminals import opened
from tests.stackfixtures import RunningStack
from tests.waiting import until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def namespace(real_stack: RunningStack) -> Iterator[str]:
    name = f"debug-{uuid.uuid4().hex[:6]}"
    real_stack.kubectl("create", "namespace", name)
    yield name
    real_stack.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def owner(console: ConsoleProcess) -> Iterator[Person]:
    with console.signed_in(OWNER, console.password) as person:
        yield person


@pytest.fixture
def pod(real_stack: RunningStack, namespace: str) -> str:
    """A new one each time: a debug container cannot be taken away."""
    name = f"idle-{uuid.uuid4().hex[:6]}"
    make_pod(real_stack, namespace, name)
    return name


def image_of(stack: RunningStack) -> str:
    return str(pods_of(stack, "logger")[0]["spec"]["containers"][0]["image"])


def seen(owner: Person, namespace: str, pod: str, container: str) -> dict[str, Any]:
    found = owner.http.get(f"/clusters/local/exec/{namespace}/{pod}").json()["containers"]
    return next(one for one in found if one["name"] == container)


async def test_it_sees_the_processes_of_its_target_and_has_a_terminal(
    real_stack: RunningStack, console: ConsoleProcess, owner: Person, namespace: str, pod: str
) -> None:
    image = image_of(real_stack)
    path = f"/clusters/local/pods/{namespace}/{pod}"
    assert "debug" in {one["id"] for one in owner.http.get(f"{path}/actions").json()["offers"]}
    body = {"image": image, "target": "c"}
    tried = owner.http.post(f"{path}/debug", params={"dry_run": True}, json=body)
    assert tried.status_code == 200, tried.text
    assert len(owner.http.get(f"/clusters/local/exec/{namespace}/{pod}").json()["containers"]) == 1

    done = owner.http.post(f"{path}/debug", json=body)
    assert done.status_code == 200, done.text
    name = done.json()["made"]
    assert "cannot be changed or removed" in done.json()["notes"][0]
    await until(lambda: seen(owner, namespace, pod, name)["running"])
    assert seen(owner, namespace, pod, name)["target"] == "c"
    async with opened(console, owner, namespace, pod, container=name) as screen:
        await screen.type("ps; echo done-$((40+2))\n")
        await screen.shows("done-42")
        assert "sleep 100000" in screen.text
    asked = {"filter": ["action=pod:debug", "outcome=success", f"target={pod}"]}
    (entry,) = owner.http.get("/collections/activity", params=asked).json()["rows"]
    assert name in entry["detail"]
    told = owner.http.get(f"/collections/activity/{entry['key']}").json()
    assert f"{name}: {image}" in str(told)


async def test_without_a_target_it_has_no_capability(
    real_stack: RunningStack, console: ConsoleProcess, owner: Person, namespace: str, pod: str
) -> None:
    path = f"/clusters/local/pods/{namespace}/{pod}/debug"
    name = owner.http.post(path, json={"image": image_of(real_stack)}).json()["made"]
    await until(lambda: seen(owner, namespace, pod, name)["running"])
    async with opened(console, owner, namespace, pod, container=name) as screen:
        await screen.type("grep CapBnd /proc/self/status; ps; echo done-$((40+2))\n")
        await screen.shows("done-42")
        assert "CapBnd:\t0000000000000000" in screen.text
        assert "sleep 100000" not in screen.text


async def test_what_cannot_be_started_is_told(
    real_stack: RunningStack, owner: Person, namespace: str, pod: str
) -> None:
    path = f"/clusters/local/pods/{namespace}/{pod}/debug"
    wrong = owner.http.post(path, json={"image": image_of(real_stack), "target": "none"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"] == [
        {
            "field": "target",
            "message": "This pod has no container called none.",
            "accepts": "c",
        }
    ]
    assert owner.http.post(path, json={"image": "no image"}).status_code == 422
    missing = image_of(real_stack).rpartition(":")[0] + ":not-there"
    made = owner.http.post(path, json={"image": missing}).json()["made"]
    await until(lambda: "not found" in seen(owner, namespace, pod, made)["why"])
    assert not seen(owner, namespace, pod, made)["running"]


async def test_images_are_offered_by_their_names(real_stack: RunningStack, owner: Person) -> None:
    image = image_of(real_stack)
    text = image.rpartition("/")[2]

    def offered() -> list[str]:
        answer = owner.http.get("/images/references", params={"text": text.upper()})
        found: list[str] = answer.json()["items"]
        return found

    await until(lambda: image in offered())
    assert all(text in one for one in offered())
