"""The Images feature over the fake registry: rows, image details, webhook, permission."""

import json

import pytest

from auth import scope
from integrations.contract import NotFound
from integrations.registry.integration import INTEGRATION as REGISTRY
from tests.contract.etcd.recording import SOON, until
from tests.contract.registry.push import Pusher
from tests.unit.features.upstreams import SECRET, connected_console

MEDIA_TYPE = "application/vnd.docker.distribution.events.v2+json"


@pytest.fixture
async def connected(tmp_path, monkeypatch):
    async with connected_console(tmp_path, monkeypatch) as (console, _, registry):
        push = Pusher(registry.url, registry)
        await push.index("team/web", "v1.0")
        await until(lambda: console.state.connections.upstreams.get(REGISTRY, "local"))
        connection = console.state.connections.upstreams.find(REGISTRY, "local")
        await until(lambda: connection.crawled)
        registry.expire_tokens()
        yield console, registry, push
        await push.aclose()


async def hook(console, body, secret=SECRET, media_type=MEDIA_TYPE, name="local"):
    caller = console.caller()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": media_type}
    for ours in ("x-craton-request", "origin"):
        del caller.headers[ours]
    return await caller.post(f"/hooks/registry/{name}", content=body, headers=headers)


async def crawled(console, registry, push):
    """Rows of a first image, by whichever way they came."""
    sent = []
    registry.listener = sent.append
    await push.index("team/web", "v1.1", text="next")
    for body in sent:
        assert (await hook(console, body)).status_code == 202
    source = console.state.registry.get("tags")
    await until(lambda: source.get("local/team/web:v1.1") is not None, SOON)
    return source


async def test_a_push_told_by_webhook_is_a_row(connected):
    console, registry, push = connected
    source = await crawled(console, registry, push)
    row = source.get("local/team/web:v1.1")
    assert row.kind == "index"
    assert row.platforms == ("linux/arm64", "linux/amd64")
    owner = await console.owner()
    found = (await owner.get("/collections/tags")).json()
    assert next(r["name"] for r in found["rows"]) == "v1.1"
    repositories = (await owner.get("/collections/repositories")).json()["rows"]
    assert [r["name"] for r in repositories] == ["team/web"]


async def test_the_webhook_is_guarded(connected):
    console, _, _ = connected
    empty = json.dumps({"events": []}).encode()
    assert (await hook(console, empty)).status_code == 202
    wrong = await hook(console, empty, secret="guess")
    unknown = await hook(console, empty, name="absent")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["detail"] == unknown.json()["detail"]
    assert (await hook(console, b"no json")).status_code == 400
    assert (await hook(console, empty, media_type="text/plain")).status_code == 400
    assert (await hook(console, b"x" * (4 * 1024 * 1024 + 1))).status_code == 413


async def test_an_image_is_told_completely(connected):
    console, registry, push = connected
    await crawled(console, registry, push)
    owner = await console.owner()
    query = {"repository": "team/web", "reference": "v1.1"}
    image = (await owner.get("/registries/local/image", params=query)).json()
    assert image["kind"] == "index"
    assert [p["platform"] for p in image["platforms"]] == ["linux/arm64", "linux/amd64"]
    assert len(image["platforms"][1]["attestations"]) == 1
    manifest = image["manifest"]
    assert manifest["digest"] == image["platforms"][1]["digest"]
    assert manifest["config"]["env"] == ["PATH=/bin"]
    assert [layer["created_by"] for layer in manifest["layers"]] == ["COPY . /"]
    assert [step["empty"] for step in manifest["config"]["history"]] == [False, True]
    assert image["tags"] == ["v1.1"]
    assert image["missing"] == []
    one = {"repository": "team/web", "reference": manifest["digest"]}
    child = (await owner.get("/registries/local/image", params=one)).json()
    assert (child["kind"], child["digest"]) == ("manifest", manifest["digest"])
    absent = {"repository": "team/web", "reference": "v9"}
    assert (await owner.get("/registries/local/image", params=absent)).status_code == 404


async def test_names_that_are_none_and_registries_that_are_down(connected):
    console, registry, _ = connected
    owner = await console.owner()
    for repository in ("../../_catalog", "A", "a//b"):
        query = {"repository": repository, "reference": "v1"}
        answer = await owner.get("/registries/local/image", params=query)
        assert answer.status_code == 404
    registry.down = True
    query = {"repository": "team/web", "reference": "v1.0"}
    answer = await owner.get("/registries/local/image", params=query)
    assert answer.status_code == 503
    assert 'registry "local"' in answer.json()["detail"]


async def test_a_repository_is_seen_only_within_its_scope(connected):
    console, registry, push = connected
    await crawled(console, registry, push)
    org = console.state.settings.organisation
    team = await console.member("team", ("viewer", scope.registry(org, "local", "team")))
    other = await console.member("other", ("viewer", scope.registry(org, "local", "te")))
    assert (await team.get("/collections/tags")).json()["total"] == 2
    assert (await other.get("/collections/tags")).json()["total"] == 0
    query = {"repository": "team/web", "reference": "v1.1"}
    assert (await team.get("/registries/local/image", params=query)).status_code == 200
    hidden = await other.get("/registries/local/image", params=query)
    absent = await other.get(
        "/registries/local/image", params={"repository": "absent", "reference": "x"}
    )
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["detail"] == absent.json()["detail"]
    looked = await team.get("/registries/local/repository", params={"repository": "team/web"})
    assert looked.json()["tags"] == 2


async def test_a_digest_of_another_repository_is_not_read_through_ones_own(connected):
    """What the console has read already is no right to read it (issue 7, section 1.3)."""
    console, _, push = connected
    await push.image("team/mine", "v1", text="mine")
    secret = await push.image("other/secret", "v1", text="secret")
    org = console.state.settings.organisation
    owner = await console.owner()
    theirs = {"repository": "other/secret", "reference": secret["digest"]}
    found = await owner.get("/registries/local/image", params=theirs)
    assert found.status_code == 200
    config = found.json()["manifest"]["config"]["digest"]
    team = await console.member("team", ("viewer", scope.registry(org, "local", "team")))
    for digest in (secret["digest"], config):
        query = {"repository": "team/mine", "reference": digest}
        answer = await team.get("/registries/local/image", params=query)
        assert answer.status_code == 404, answer.text
    client = console.state.connections.upstreams.find(REGISTRY, "local").client
    with pytest.raises(NotFound):
        await client.config("team/mine", config)
