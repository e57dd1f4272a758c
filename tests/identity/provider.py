"""A provider of our own for tests, on loopback: honest, until a test makes it lie.

It serves discovery, keys, authorisation, tokens, userinfo and logout as a real one does; every
answer passes through a hook of `Lies`, which a test changes.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

__all__ = ["CLIENT", "SECRET", "LyingProvider", "running_provider"]

CLIENT = "craton"
SECRET = "the secret of the client"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Lies:
    """What differs from an honest provider; each takes the honest thing and gives the lie."""

    metadata: Callable[[dict[str, Any]], Any] = lambda honest: honest
    keys: Callable[[dict[str, Any]], Any] = lambda honest: honest
    claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda honest: honest
    header: Callable[[dict[str, Any]], dict[str, Any]] = lambda honest: honest
    answer: Callable[[dict[str, Any]], Any] = lambda honest: honest
    callback: Callable[[dict[str, str]], dict[str, str]] = lambda honest: honest
    userinfo: Callable[[dict[str, Any]], Any] = lambda honest: honest
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    wait: float = 0.0


@dataclass
class LyingProvider:
    """One running provider. `person` is who signs in next; `asked` counts requests by path."""

    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    lies: Lies = field(default_factory=Lies)
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "ada-1",
            "preferred_username": "ada",
            "name": "Ada Lovelace",
            "email": "ada@example.test",
            "groups": ["engineers"],
        }
    )
    asked: dict[str, int] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refreshable: dict[str, str] = field(default_factory=dict)
    queries: list[dict[str, str]] = field(default_factory=list)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    """Ends every `wait`: a test that is over waits for no answer."""
    gone: bool = False
    """Whether refreshes are refused: the session here is over."""

    def settings(self, **more: Any) -> dict[str, Any]:
        """How a console is told of it."""
        own = {"name": "sso", "issuer": self.issuer, "client_id": CLIENT, "client_secret": SECRET}
        return own | more

    def id_token(self, nonce: str | None, **more: Any) -> str:
        """A token for whoever signs in now."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "sid": "session-1",
            **self.person,
            **more,
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return self.signed(self.lies.claims(claims))

    def signed(self, claims: dict[str, Any], **more: Any) -> str:
        """Any claims, signed by this provider."""
        header = self.lies.header({"alg": "RS256", "kid": self.key.kid, **more})
        if self.lies.sign is not None:
            return self.lies.sign(header, claims)
        return jwt.encode(header, claims, self.key, algorithms=[header["alg"]])

    def logout_token(self, **more: Any) -> str:
        """A back-channel logout token; None as a value leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": f"logout-{time.monotonic_ns()}",
            "sid": "session-1",
            "sub": self.person["sub"],
            "events": {LOGOUT_EVENT: {}},
            **more,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return self.signed(kept, typ="logout+jwt")

    async def visit(self, url: str) -> str:
        """What a browser does there that is signed in: comes back with a code at once. Answers
        with the callback's address."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return self._authorised(query)

    def app(self) -> Starlette:
        """Its routes."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/keys", self._keys),
                Route("/openid/v1/jwks", self._keys),  # where a Kubernetes API server has them
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
            ]
        )

    async def _metadata(self, request: Request) -> Response:
        await self._counted(request)
        honest = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/leave",
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": True,
        }
        return _json(self.lies.metadata(honest))

    async def _keys(self, request: Request) -> Response:
        await self._counted(request)
        public = {**self.key.as_dict(private=False), "use": "sig", "alg": "RS256"}
        return _json(self.lies.keys({"keys": [public]}))

    async def _authorize(self, request: Request) -> Response:
        await self._counted(request)
        return RedirectResponse(self._authorised(dict(request.query_params)), 303)

    def _authorised(self, query: dict[str, str]) -> str:
        self.queries.append(query)
        code = f"code-{len(self.queries)}"
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(self.lies.callback(answer))}"

    async def _token(self, request: Request) -> Response:
        await self._counted(request)
        form = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != wanted:
            return _json({"error": "invalid_client"}, 401)
        nonce: str | None = None
        if form["grant_type"] == "authorization_code":
            begun = self.codes.pop(form["code"], None)
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if begun is None or begun.get("code_challenge") != challenge:
                return _json({"error": "invalid_grant"}, 400)
            if begun["redirect_uri"] != form.get("redirect_uri"):
                return _json({"error": "invalid_grant"}, 400)
            nonce = begun["nonce"]
        elif self.gone or self.refreshable.pop(form["refresh_token"], None) is None:
            return _json({"error": "invalid_grant"}, 400)
        refresh = f"refresh-{time.monotonic_ns()}"
        self.refreshable[refresh] = str(self.person["sub"])
        honest = {
            "access_token": "access-1",
            "token_type": "Bearer",
            "expires_in": 300,
            "refresh_token": refresh,
            "id_token": self.id_token(nonce),
        }
        return _json(self.lies.answer(honest))

    async def _userinfo(self, request: Request) -> Response:
        await self._counted(request)
        if request.headers.get("authorization") != "Bearer access-1":
            return _json({"error": "invalid_token"}, 401)
        return _json(self.lies.userinfo(dict(self.person)))

    async def _counted(self, request: Request) -> None:
        path = request.url.path
        self.asked[path] = self.asked.get(path, 0) + 1
        if self.lies.wait:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.lies.wait):
                    await self.hurry.wait()


def _json(content: Any, status: int = 200) -> Response:
    if isinstance(content, bytes):
        return Response(content, status, media_type="application/json")
    if isinstance(content, Response):
        return content
    return JSONResponse(json.loads(json.dumps(content)), status)


def symmetric(claims_key: RSAKey) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    """Sign with HS256 and the public key's text as the secret: the classic confusion. By hand,
    since joserfc would not."""
    secret = claims_key.as_pem(private=False)

    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        text = _parts({**header, "alg": "HS256"}, claims)
        return f"{text}.{_base64(hmac.digest(secret, text.encode(), 'sha256'))}"

    return sign


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """`alg: none`, without a signature."""
    return _parts({**header, "alg": "none"}, claims) + "."


def _parts(*parts: dict[str, Any]) -> str:
    return ".".join(_base64(json.dumps(part).encode()) for part in parts)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@asynccontextmanager
async def running_provider() -> AsyncIterator[LyingProvider]:
    """Started on a free port of loopback, ended with the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        provider = LyingProvider(f"http://127.0.0.1:{listener.getsockname()[1]}")
        config = uvicorn.Config(provider.app(), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server._serve(sockets=[listener]))
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.01)
        try:
            yield provider
        finally:
            provider.hurry.set()
            server.should_exit = True
            await task
