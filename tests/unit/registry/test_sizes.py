"""What tells no size, or nonsense, has none: schema 1, negative numbers (issue 9, kind 9)."""

import hashlib
import json

import pytest

from integrations.registry import images
from integrations.registry.client import RegistryClient
from integrations.registry.fake import FakeRegistry
from integrations.registry.models import DOCKER_SCHEMA_1, OCI_EMPTY, OCI_MANIFEST
from integrations.registry.settings import RegistrySettings
from integrations.registry.state import TagKind
from tests.contract.registry.push import Pusher

POLICY = "application/vnd.policy.v1"


@pytest.mark.parametrize(
    ("document", "kind", "says"),
    [
        (
            {"schemaVersion": 1, "name": "old", "tag": "v1", "fsLayers": [], "history": []},
            DOCKER_SCHEMA_1,
            "an image in Docker's schema 1",
        ),
        (
            {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": [{"size": -7}]},
            OCI_MANIFEST,
            "",
        ),
        (
            {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": {"mediaType": OCI_EMPTY, "size": 2},
                "layers": [{"mediaType": OCI_EMPTY, "size": -1}],
                "artifactType": POLICY,
            },
            POLICY,
            "",
        ),
    ],
)
async def test_what_tells_no_size_has_none(document, kind, says):
    registry = FakeRegistry("")
    push = Pusher(registry.url, registry)
    body = json.dumps(document).encode()
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    answer = await push.http.put(
        "/v2/old/manifests/v1", content=body, headers={"Content-Type": OCI_MANIFEST}
    )
    assert answer.status_code == 201
    await push.aclose()
    client = RegistryClient(RegistrySettings(name="r", url=registry.url), registry)
    summary = await images.summarise(client, "old", digest)
    await client.aclose()
    assert (summary.kind, summary.media_type, summary.size) == (TagKind.ARTIFACT, kind, None)
    assert says in " ".join(summary.unread)
