"""The protocol (RFC 7644), by scim2-server: loaded with the first request, as its libraries take
half a second.

Of what clients do beside the letter of it, three habits are met: attributes we do not keep are
passed over, members are removed by a list of them, and a value that a filter in a path describes is
made where it is not there (Entra). Operations and truth values are taken as texts in any case.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    ETag,
    Filter,
    Patch,
    PreconditionFailedException,
    Resource,
    ResponseParameters,
    SCIMException,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
)
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.features.scim.caller import Caller
from backend.features.scim.models import Group, User
from backend.features.scim.storage import Storage

__all__ = ["MOST_RESULTS", "Server"]

MOST_RESULTS: Final = 200
"""Resources of one answer."""
_AGAIN: Final = 5


def _config() -> ServiceProviderConfig:
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=True),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Bearer token",
                description="A token made for this provider in the console.",
                primary=True,
            )
        ],
    )


class _Service(ScimService):
    """The library's, which answers a changed person with them: Okta reads it."""

    def patch_response(
        self,
        base_url: str,
        resource: Resource[Any],
        response_parameters: ResponseParameters[Any],
    ) -> ScimResponse:
        """The person as they are now, or nothing of a group, which may be large."""
        if isinstance(resource, User):
            return self.resource_response(
                self.publish(base_url, resource),
                Context.RESOURCE_REPLACEMENT_RESPONSE,
                response_parameters,
            )
        return super().patch_response(base_url, resource, response_parameters)


class Server:
    """Answers the requests of providers."""

    def __init__(self) -> None:
        policy = ScimPolicy(
            unknown=ScimPolicy.Unknown.ignore,
            remove_value_as_filter=ScimPolicy.RemoveValue.apply,
            unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
        )
        provider = ScimProvider(models=[User, Group], config=_config(), policy=policy)
        self._service = _Service(provider)

    async def answer(
        self,
        request: ScimRequest,
        caller: Caller,
        db_sessions: async_sessionmaker[AsyncSession],
    ) -> ScimResponse:
        """What `caller` is answered: errors of the protocol too. Raises what is none."""
        storage = Storage(db_sessions, asyncio.get_running_loop(), caller)
        return await asyncio.to_thread(self._answer, request, ScimHandler(self._service, storage))

    def _answer(self, request: ScimRequest, handler: ScimHandler) -> ScimResponse:
        """A change that another one overtook is made anew, where it names no version itself."""
        left = 0 if request.header("If-Match") or request.header("If-None-Match") else _AGAIN
        while True:
            try:
                return handler.handle(request)
            except SCIMException as error:
                if not left or not isinstance(error, PreconditionFailedException):
                    return self._failed(error)
                left -= 1

    def _failed(self, error: SCIMException) -> ScimResponse:
        with self._service.provider:
            return self._service.error_response(error)
