"""Images that are not images, and documents with `null`s and wrong types (issue 9, kinds 8, 9)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.features.images.service import image
from integrations.registry import images
from integrations.registry.models import OCI_INDEX, OCI_MANIFEST
from integrations.registry.state import ATTESTATION, TagKind
from tests.contract.etcd.recording import until
from tests.contract.registry.push import CONFIG_TYPE

MADE = "2026-11-03T08:00:00Z"
MADE_AT = datetime(2026, 11, 3, 8, tzinfo=UTC).timestamp()
PLATFORM = {"os": "linux", "architecture": "riscv64"}
HELM = "application/vnd.cncf.helm.config.v1+json"


async def manifest(push, repository: str, tag: str, config: Any, **members: Any) -> dict:
    media_type = members.pop("config_type", CONFIG_TYPE)
    held = await push.blob(repository, json.dumps(config).encode(), media_type)
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": held, **members}
    return await push.document(repository, tag, document)


async def index(push, repository: str, tag: str, *entries: Any, **members: Any) -> dict:
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries, **members}
    return await push.document(repository, tag, document)


async def summary(connect, repository: str, pushed: dict) -> images.Summary:
    return await images.summarise(connect().client, repository, pushed["digest"])


@pytest.mark.parametrize(
    ("config", "unread"),
    [
        ({"created": None, "history": None, "rootfs": {}}, 0),
        ({"config": {"Labels": {"a": None}, "User": None, "Env": None, "OnBuild": None}}, 0),
        ({"config": None, "author": None, "history": [{"created": None, "empty_layer": None}]}, 0),
        ({"config": {"Labels": {"a": 1, "b": "kept"}, "ExposedPorts": ["80/tcp"]}}, 2),
        ({"history": [{"created": 12}, "nonsense"], "author": {"name": "x"}}, 3),
    ],
)
async def test_an_image_is_read_as_far_as_it_can_be(connect, push, config, unread):
    pushed = await manifest(push, "odd", "v1", {**PLATFORM, **config}, layers=[])
    found = await summary(connect, "odd", pushed)
    assert (found.kind, found.platforms) == (TagKind.MANIFEST, ("linux/riscv64",))
    assert len(found.unread) == unread, found.unread
    assert found.created is None


@pytest.mark.parametrize(
    "members", [{"layers": None}, {}, {"layers": [], "annotations": {"a": None}}]
)
async def test_a_manifest_without_layers_is_as_large_as_its_configuration(connect, push, members):
    pushed = await manifest(push, "odd", "v1", {**PLATFORM, "created": MADE}, **members)
    found = await summary(connect, "odd", pushed)
    assert found.size == len(json.dumps({**PLATFORM, "created": MADE}))
    assert (found.created, found.unread) == (MADE_AT, ())


async def test_a_chart_is_an_artifact_of_its_own_type(connect, push):
    layer = await push.blob("charts/web", b"c" * 24, "application/vnd.cncf.helm.chart.content.v1")
    config = {"name": "web", "version": "1.0.0"}
    notes = {"org.opencontainers.image.created": MADE}
    pushed = await manifest(
        push, "charts/web", "1.0.0", config, config_type=HELM, layers=[layer], annotations=notes
    )
    found = await summary(connect, "charts/web", pushed)
    assert (found.kind, found.media_type) == (TagKind.ARTIFACT, HELM)
    assert found.size == 24 + len(json.dumps(config))
    assert (found.created, found.platforms) == (MADE_AT, ())


async def test_an_artifact_without_a_configuration_is_named_by_its_content(connect, push):
    policy = await push.artifact("policies", "v1", "application/vnd.example.policy.v1+json")
    found = await summary(connect, "policies", policy)
    assert found.media_type == "application/vnd.example.policy.v1+json"
    layer = await push.blob("policies", b"allow", "application/vnd.example.rego")
    empty = "application/vnd.oci.empty.v1+json"
    bare = await manifest(push, "policies", "v2", {}, config_type=empty, layers=[layer])
    assert (await summary(connect, "policies", bare)).media_type == "application/vnd.example.rego"


async def test_platforms_of_indexes_in_indexes_and_of_entries_without_one(connect, push):
    amd, arm = await push.image("app"), await push.image("app", arch="arm64")
    windows = {**await push.image("app", arch="amd64", text="w")}
    windows["platform"] = {
        "os": "windows", "architecture": "amd64", "os.version": "10.0.20348.2113"
    }  # fmt: skip
    attestation = await push.artifact("app", "", "application/vnd.in-toto+json")
    nowhere = {**attestation, "platform": {"os": "unknown", "architecture": "unknown"}}
    inner = await index(push, "app", "inner", amd, nowhere)
    outer = await index(push, "app", "v1", inner, {**arm, "platform": {}}, windows)
    found = await summary(connect, "app", outer)
    assert found.kind is TagKind.INDEX
    assert found.platforms == (
        "linux/amd64", "linux/arm64", "windows/amd64 10.0.20348.2113"
    )  # fmt: skip
    assert found.badges == {ATTESTATION}
    alone = await summary(connect, "app", await push.image("app"))
    assert (found.size, found.created) == (alone.size, alone.created), "of linux/amd64"


async def test_an_attestation_that_lost_platform_and_annotation_is_no_platform(connect, push):
    image = await push.image("bare")
    layer = await push.blob("bare", b"{}", "application/vnd.in-toto+json")
    unknown = {"os": "unknown", "architecture": "unknown", "config": {}}
    attestation = await manifest(push, "bare", "attested", unknown, layers=[layer])
    found = await summary(connect, "bare", await index(push, "bare", "v1", image, attestation))
    assert (found.platforms, found.badges) == (("linux/amd64",), {ATTESTATION})


async def test_a_signature_in_an_images_clothes_is_an_artifact(connect, push):
    layer = await push.blob("signed", b"{}", "application/vnd.dev.cosign.simplesigning.v1+json")
    pushed = await manifest(push, "signed", "sig", {}, layers=[layer])
    found = await summary(connect, "signed", pushed)
    assert (found.kind, found.platforms) == (TagKind.ARTIFACT, ())
    assert found.media_type == "application/vnd.dev.cosign.simplesigning.v1+json"


async def test_an_image_that_names_no_platform_shows_none(connect, push):
    pushed = await manifest(push, "nowhere", "v1", {}, layers=[])
    found = await summary(connect, "nowhere", pushed)
    assert (found.kind, found.platforms) == (TagKind.MANIFEST, ())


async def test_an_index_of_itself_by_way_of_nothing_ends(connect, push):
    held = await push.image("app")
    for depth in range(6):
        held = await index(push, "app", f"depth-{depth}", held)
    assert (await summary(connect, "app", held)).kind is TagKind.INDEX


async def test_entries_beyond_what_is_shown_are_said(connect, push):
    child = await push.image("app")
    many = [{**child, "platform": {"os": "linux", "architecture": f"a{n}"}} for n in range(260)]
    found = await summary(connect, "app", await index(push, "app", "many", *many))
    assert len(found.platforms) == 256
    assert found.unread == ("4 further entries are not shown",)


@pytest.mark.parametrize("config", [b"[]", b'{"os":"linux"', b"\xff"])
async def test_an_image_whose_configuration_cannot_be_read_is_one_and_says_so(
    connect, push, feeds, config
):
    """The registry takes any bytes; such a tag stayed unresolved for ever, without a reason."""
    held = await push.blob("odd", config, CONFIG_TYPE)
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": held, "layers": []}
    await push.document("odd", "v1", document)
    connect().start(feeds)
    await until(lambda: "odd:v1" in feeds.tags.rows and feeds.tags.rows["odd:v1"].message)
    row = feeds.tags.rows["odd:v1"]
    assert (row.kind, row.size, row.platforms) == (TagKind.MANIFEST, len(config), ())
    assert row.message.startswith("its configuration cannot be read: ")


async def test_a_manifest_that_cannot_be_read_says_so(connect, push, feeds):
    """Larger than what is read of one document."""
    layers = [await push.blob("odd", bytes([n]), "application/x.layer") for n in range(40)]
    await manifest(push, "odd", "v1", PLATFORM, layers=layers)
    connect(max_document=2_000).start(feeds)
    await until(lambda: "odd:v1" in feeds.tags.rows and feeds.tags.rows["odd:v1"].message)
    assert "larger than 2000 bytes" in feeds.tags.rows["odd:v1"].message


async def test_sizes_that_none_can_have_are_no_size(connect, push):
    """A real registry takes a negative one; the page of such an image failed."""
    layer = await push.blob("odd", b"layer", "application/vnd.oci.image.layer.v1.tar")
    pushed = await manifest(push, "odd", "v1", PLATFORM, layers=[{**layer, "size": -1}])
    assert (await summary(connect, "odd", pushed)).size is None
    shown = await image(connect(), "odd", "v1")
    assert (shown.kind, shown.manifest.size) == ("manifest", None)


async def test_an_index_that_names_the_same_twice_shows_it_once(connect, push):
    child = {**await push.image("app"), "platform": {"os": "linux", "architecture": "amd64"}}
    inner = await index(push, "app", "inner", child)
    found = await summary(connect, "app", await index(push, "app", "v1", inner, inner, child))
    assert found.platforms == ("linux/amd64",)


async def test_what_names_no_media_type_is_told_by_its_members(connect, push):
    """As Docker and some tools leave it out; the registry has it from who pushes."""
    config = await push.blob("bare", json.dumps(PLATFORM).encode(), CONFIG_TYPE)
    untyped = {"schemaVersion": 2, "config": config, "layers": []}
    image = await push.document("bare", "v1", untyped, media_type=OCI_MANIFEST)
    found = await summary(connect, "bare", image)
    assert (found.kind, found.media_type) == (TagKind.MANIFEST, OCI_MANIFEST)
    many = {"schemaVersion": 2, "manifests": [image]}
    found = await summary(
        connect, "bare", await push.document("bare", "all", many, media_type=OCI_INDEX)
    )
    assert (found.kind, found.media_type) == (TagKind.INDEX, OCI_INDEX)
    assert found.platforms == ("linux/riscv64",)


@pytest.mark.parametrize(
    "created",
    [
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1980-01-01T00:00:01Z",
        "9000-01-01T00:00:00Z",
        "yesterday",
    ],
)
async def test_a_time_no_build_had_is_no_time(connect, push, created):
    pushed = await manifest(push, "old", "v1", {**PLATFORM, "created": created}, layers=[])
    assert (await summary(connect, "old", pushed)).created is None
