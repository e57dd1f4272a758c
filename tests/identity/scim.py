"""A SCIM client of a provider, as provisioning services ask."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.console import BASE_URL, Caller, ConsoleApp

__all__ = ["CORE", "PATCH", "Client", "provisioning"]

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Client(httpx2.AsyncClient):
    """One provider's, with its token."""

    def __init__(self, console: ConsoleApp, secret: str, address: str = "127.0.0.1") -> None:
        super().__init__(
            transport=httpx2.ASGITransport(console.app, client=(address, 50000)),
            base_url=f"{BASE_URL}/scim/v2",
            headers={"authorization": f"Bearer {secret}", "content-type": "application/scim+json"},
        )

    async def person(self, name: str, **more: Any) -> dict[str, Any]:
        """A new one."""
        body = {"schemas": [f"{CORE}User"], "userName": name, **more}
        made = await self.post("/Users", json=body)
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    async def group(self, name: str, *members: str) -> dict[str, Any]:
        """A new one with people of these ids."""
        listed = [{"value": one} for one in members]
        body = {"schemas": [f"{CORE}Group"], "displayName": name, "members": listed}
        made = await self.post("/Groups", json=body)
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    async def operate(
        self, where: str, *operations: dict[str, Any], **more: Any
    ) -> httpx2.Response:
        """PATCH with these operations."""
        return await self.patch(where, json={"schemas": [PATCH], "Operations": operations}, **more)


async def provisioning(
    console: ConsoleApp, owner: Caller, name: str = "sso", address: str = "127.0.0.1"
) -> Client:
    """The client of the provider `name`, with a token just made."""
    made = await owner.post(f"/identity-providers/{name}/provisioning/tokens", json={})
    assert made.status_code == 201, made.text
    return Client(console, made.json()["secret"], address)
