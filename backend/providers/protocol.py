"""The conversation with a provider: where to send the browser, and what its answer is worth.

Imported with the first sign-in, not at start: the libraries take half a second to load.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from auth.oidc.idtoken import Expected, check_id_token
from auth.oidc.logouttoken import Ended, check_logout_token
from auth.oidc.metadata import Metadata
from auth.oidc.person import names_groups
from auth.oidc.problems import Refused, Rejected
from auth.oidc.provider import OidcProvider
from auth.oidc.signatures import Keys, header_of
from backend.providers.answer import Answer, Tokens
from backend.providers.documents import Documents
from backend.providers.outward import SECONDS, Outward, Unreachable, basic_headers, reached

__all__ = ["Protocol"]

_TEXT: Final = 200


class Protocol:
    """Speaks with providers on behalf of one console."""

    def __init__(self, outward: Outward, documents: Documents) -> None:
        self._outward = outward
        self._documents = documents

    async def published(self, provider: OidcProvider, *, declared: bool) -> tuple[Metadata, Keys]:
        """What the provider publishes now. Raises `Unreachable` and `Rejected`."""
        documents = Documents(self._outward)
        metadata = await documents.metadata(provider, declared=declared)
        return metadata, await documents.keys(provider, declared=declared)

    async def authorization(
        self,
        provider: OidcProvider,
        *,
        declared: bool,
        redirect: str,
        state: str,
        nonce: str,
        verifier: str,
        hint: str = "",
        fresh: bool = False,
    ) -> str:
        """Where the browser goes to sign in; `fresh`: the provider has to ask who is there, even
        somebody signed in there (OpenID Connect Core, 3.1.2.1). Raises `Unreachable` and
        `Rejected`."""
        metadata = await self._documents.metadata(provider, declared=declared)
        more = {"nonce": nonce} | ({"login_hint": hint} if hint else {})
        if fresh:
            more |= {"max_age": "0"} | ({"acr_values": provider.acr} if provider.acr else {})
        client = self._client(provider, metadata, declared=declared, redirect=redirect)
        async with client:
            url, _ = client.create_authorization_url(
                metadata.authorization, state=state, code_verifier=verifier, **more
            )
        return str(url)

    async def exchange(
        self,
        provider: OidcProvider,
        answer: Answer,
        *,
        declared: bool,
        redirect: str,
        nonce: str,
        verifier: str,
    ) -> Tokens:
        """What the code in a callback is worth. Raises `Refused` where the provider says no,
        `Rejected` where it is not believed, `Unreachable` where it does not answer."""
        metadata = await self._documents.metadata(provider, declared=declared)
        _check_issuer(answer, metadata)
        if answer.error:
            told = f"{answer.error} {answer.description}".strip()
            raise Refused(f"the provider answered {told[:_TEXT]!r}")
        if not answer.code:
            raise Rejected("the provider's answer holds no code")
        client = self._client(provider, metadata, declared=declared, redirect=redirect)
        token = await _asked(
            client,
            metadata.token,
            {"grant_type": "authorization_code", "code": answer.code, "code_verifier": verifier},
        )
        return await self._tokens(provider, metadata, token, declared=declared, nonce=nonce)

    async def refresh(
        self, provider: OidcProvider, refresh_token: str, subject: str, *, declared: bool
    ) -> Tokens:
        """What the provider says of the person now. Raises as `exchange` does; a `Refused` that
        is `gone` ends the session."""
        metadata = await self._documents.metadata(provider, declared=declared)
        client = self._client(provider, metadata, declared=declared, redirect="")
        sent = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        token = await _asked(client, metadata.token, sent)
        tokens = await self._tokens(
            provider, metadata, token, declared=declared, nonce=None, subject=subject
        )
        if tokens.claims.get("sub") != subject:
            raise Refused("the provider tells of another person now", gone=True)
        return tokens

    async def logout(self, provider: OidcProvider, token: str, *, declared: bool) -> Ended:
        """What a back-channel logout token ends. Raises `Rejected` and `Unreachable`."""
        header = header_of(token)
        claims = await self._documents.verify(token, provider, declared=declared)
        return check_logout_token(
            header,
            claims,
            issuer=provider.issuer,
            client_id=provider.client_id,
            now=time.time(),
        )

    def leaving(self, provider: OidcProvider, *, declared: bool, id_token: str, back: str) -> str:
        """Where the browser goes to sign out at the provider too; empty where it has no such
        place (OpenID Connect RP-Initiated Logout 1.0), or its document was not read yet: it is
        not asked."""
        metadata = self._documents.present(provider, declared=declared)
        if metadata is None or not metadata.end_session:
            return ""
        query = {"client_id": provider.client_id, "post_logout_redirect_uri": back}
        if id_token:
            query["id_token_hint"] = id_token
        joined = "&" if "?" in metadata.end_session else "?"
        return f"{metadata.end_session}{joined}{urlencode(query)}"

    async def _tokens(
        self,
        provider: OidcProvider,
        metadata: Metadata,
        token: Mapping[str, Any],
        *,
        declared: bool,
        nonce: str | None,
        subject: str = "",
    ) -> Tokens:
        id_token = token.get("id_token")
        claims: dict[str, Any] = {}
        if isinstance(id_token, str) and id_token:
            claims = await self._documents.verify(id_token, provider, declared=declared)
            expected = Expected(provider.issuer, provider.client_id, nonce)
            check_id_token(claims, expected, time.time())
        elif nonce is not None:
            raise Rejected("the provider gave no ID token: is the scope openid allowed there?")
        else:
            claims = {"iss": provider.issuer, "sub": subject}
        if metadata.userinfo and (not id_token or not names_groups(claims, provider)):
            more = await self._userinfo(provider, metadata, token, claims, declared=declared)
            claims = {**more, **claims}
        silent = not id_token and not metadata.userinfo
        refresh = token.get("refresh_token")
        return Tokens(
            claims=claims,
            id_token=id_token if isinstance(id_token, str) else "",
            refresh_token=refresh if isinstance(refresh, str) else "",
            silent=silent,
        )

    async def _userinfo(
        self,
        provider: OidcProvider,
        metadata: Metadata,
        token: Mapping[str, Any],
        claims: Mapping[str, Any],
        *,
        declared: bool,
    ) -> Mapping[str, Any]:
        access = token.get("access_token")
        if not isinstance(access, str) or not access.isascii() or not access.isprintable():
            raise Rejected("the provider gave no usable access token")
        found = await self._outward.read_json(
            metadata.userinfo,
            provider,
            declared=declared,
            headers={"Authorization": f"Bearer {access}"},
        )
        # OpenID Connect Core 5.3.2: userinfo of another subject must not be used.
        if not isinstance(found, Mapping) or found.get("sub") != claims.get("sub"):
            raise Rejected("the provider's userinfo is of somebody else")
        return found

    def _client(
        self, provider: OidcProvider, metadata: Metadata, *, declared: bool, redirect: str
    ) -> Any:
        secret = provider.client_secret.get_secret_value()
        return AsyncOAuth2Client(
            client_id=provider.client_id,
            client_secret=secret or None,
            token_endpoint_auth_method=_method(secret, metadata),
            scope=provider.asked,
            redirect_uri=redirect or None,
            code_challenge_method="S256",
            transport=self._outward.transport(metadata.token, provider, declared=declared),
            headers=basic_headers(),
            follow_redirects=False,
            trust_env=False,
            timeout=SECONDS,
        )


def _method(secret: str, metadata: Metadata) -> str:
    """How we prove to be the client; basic where the provider does not say (Discovery 1.0)."""
    if not secret:
        return "none"
    offered = metadata.token_methods
    post_only = "client_secret_basic" not in offered and "client_secret_post" in offered
    return "client_secret_post" if post_only else "client_secret_basic"


def _check_issuer(answer: Answer, metadata: Metadata) -> None:
    """RFC 9207: the answer is of the provider that this attempt was sent to (C8)."""
    if answer.issuer and answer.issuer != metadata.issuer:
        raise Rejected(f"the answer is of another provider ({answer.issuer[:_TEXT]!r})")
    if metadata.names_issuer and not answer.issuer:
        raise Rejected("the answer does not say which provider it is of, although it should")


async def _asked(client: Any, url: str, sent: Mapping[str, str]) -> Mapping[str, Any]:
    """The token endpoint's answer. What a proxy before it says is no word of the provider's."""

    def heard(answer: Any) -> Any:
        if answer.status_code not in (200, 400, 401):
            raise Unreachable(f"{url[:_TEXT]} answered {answer.status_code}")
        return answer

    client.register_compliance_hook("access_token_response", heard)
    try:
        async with reached(url), client:
            token = await client.fetch_token(url, **sent)
    except OAuthError as error:
        code = str(error.error)
        told = f"{code} {error.description or ''}".strip()
        gone = code == "invalid_grant"
        raise Refused(f"the provider answered {told[:_TEXT]!r}", gone=gone) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Rejected("what the provider answered is no token") from error
    if not isinstance(token, Mapping) or not isinstance(token.get("access_token"), str):
        raise Rejected("what the provider answered is no token")
    return token
