"""A provider on a running console that provisions people by SCIM, and the conformance tester."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from tests.consoleprocess import ConsoleProcess

__all__ = ["CORE", "PATCH", "Provisioner", "nonconformities", "provisioner"]

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_GOOD = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
_SKIPPED = "search_with_attributes"
"""A search over people and groups at once, which the protocol leaves to each server."""
_FEWEST = 60
"""Checks the tester makes at least: fewer means that it found nothing to check."""


@dataclass
class Provisioner:
    """A provider's SCIM client at one console."""

    name: str
    secret: str
    http: httpx2.Client

    def person(self, login: str, **more: Any) -> dict[str, Any]:
        """A new one."""
        body = {"schemas": [f"{CORE}User"], "userName": login, **more}
        made = self.http.post("/Users", json=body)
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    def operate(self, where: str, *operations: dict[str, Any]) -> httpx2.Response:
        """PATCH with these operations."""
        return self.http.patch(where, json={"schemas": [PATCH], "Operations": operations})


@contextmanager
def provisioner(console: ConsoleProcess) -> Iterator[Provisioner]:
    """A provider at that console, gone afterwards. The owner signs in for it each time, as it asks
    for somebody who has just shown who they are."""
    name = f"scim-{uuid.uuid4().hex[:8]}"
    where = f"/identity-providers/{name}"
    with console.caller() as owner:
        draft = {"name": name, "issuer": f"https://{name}.example", "client_id": "x"}
        made = owner.post("/identity-providers", json={**draft, "untested": True})
        assert made.status_code == 201, made.text
        token = owner.post(f"{where}/provisioning/tokens", json={})
        assert token.status_code == 201, token.text
    secret = token.json()["secret"]
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/scim+json"}
    base = f"{console.url}/scim/v2"
    try:
        with httpx2.Client(base_url=base, headers=headers, timeout=120) as http:
            yield Provisioner(name, secret, http)
    finally:
        with console.caller() as owner:
            tag = owner.get(where).headers["etag"]
            gone = owner.delete(where, headers={"If-Match": tag})
            assert gone.status_code == 204, gone.text


def nonconformities(http: httpx2.Client) -> list[str]:
    """What scim2-tester finds wrong with the server of `http`."""
    results = check_server(SyncSCIMClient(http))
    assert len(results) >= _FEWEST, [result.title for result in results]
    return [
        f"{result.title} ({result.resource_type}): {result.reason}"
        for result in results
        if result.status not in _GOOD
        and not (result.status is Status.SKIPPED and result.title == _SKIPPED)
    ]
