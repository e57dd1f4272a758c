"""The distribution API over a dictionary, as an ASGI application with handles for tests."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import httpx2
import msgspec

from integrations.registry.models import ACCEPT

Message = MutableMapping[str, Any]
Headers = dict[str, str]
Reply = tuple[int, Headers, bytes]

_NAME: Final = r"(?P<name>[a-z0-9._/-]+)"
_MAX_PAGE: Final = 1000
HOST: Final = "registry.test:5000"


class Refusal(Exception):
    """An error answer with an OCI code."""

    def __init__(self, status: int, code: str, headers: Headers | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.headers = status, code, headers or {}


class FakeRegistry(httpx2.AsyncBaseTransport):
    """An `httpx2` transport that is a registry.

    `auth` is ``""``, ``"basic"`` or ``"bearer"`` (then `user` is what it takes); `down`
    refuses connections; `listener` gets each event; `requests` counts calls by method.
    """

    def __init__(self, auth: str = "", user: tuple[str, str] = ("craton", "secret")) -> None:
        self.auth = auth
        self.user = user
        self.down = False
        self.url = f"http://{HOST}"
        self.realm = f"{self.url}/token"
        self.referrers = False
        self.max_page = _MAX_PAGE
        self.listener: Callable[[bytes], None] = lambda _: None
        self.requests: list[str] = []
        self.blobs: dict[str, dict[str, bytes]] = {}
        self.manifests: dict[str, dict[str, tuple[str, bytes]]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()
        self.members: dict[str, tuple[str, frozenset[str]]] = {}
        """Further users by name: password, and the repositories they may read."""
        self._limited: dict[str, frozenset[str]] = {}
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Reply]]] = [
            ("GET", re.compile(r"/v2/"), lambda **_: (200, {}, b"{}")),
            ("GET", re.compile(r"/token"), self._token),
            ("GET", re.compile(r"/v2/_catalog"), self._catalogue),
            ("GET", re.compile(rf"/v2/{_NAME}/tags/list"), self._tag_list),
            ("HEAD", re.compile(rf"/v2/{_NAME}/manifests/(?P<reference>[^/]+)"), self._manifest),
            ("GET", re.compile(rf"/v2/{_NAME}/manifests/(?P<reference>[^/]+)"), self._manifest),
            ("PUT", re.compile(rf"/v2/{_NAME}/manifests/(?P<reference>[^/]+)"), self._put_manifest),
            ("DELETE", re.compile(rf"/v2/{_NAME}/manifests/(?P<reference>[^/]+)"), self._delete),
            ("GET", re.compile(rf"/v2/{_NAME}/blobs/(?P<digest>[^/]+)"), self._blob),
            ("POST", re.compile(rf"/v2/{_NAME}/blobs/uploads/"), self._start_upload),
            ("PUT", re.compile(rf"/v2/{_NAME}/blobs/uploads/(?P<upload>[^/]+)"), self._upload),
            ("GET", re.compile(rf"/v2/{_NAME}/referrers/(?P<digest>[^/]+)"), self._referrers),
        ]
        self._asgi = httpx2.ASGITransport(app=self._app)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request, or refuse the connection."""
        if self.down or request.url.netloc.decode() != HOST:
            raise httpx2.ConnectError("refused", request=request)
        await asyncio.sleep(0)
        return await self._asgi.handle_async_request(request)

    async def _app(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        query = {k: v[0] for k, v in parse_qs(scope["query_string"].decode()).items()}
        self.requests.append(f"{scope['method']} {scope['path']}")
        try:
            status, answer, content = self._route(scope, headers, query, body)
        except Refusal as refusal:
            status, answer = refusal.status, refusal.headers
            content = msgspec.json.encode({"errors": [{"code": refusal.code, "message": ""}]})
        answer.setdefault("content-length", str(len(content)))
        raw = [(name.encode(), value.encode()) for name, value in answer.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    def _route(self, scope: Message, headers: Headers, query: Headers, body: bytes) -> Reply:
        if scope["path"] != "/token":
            self._authorise(headers)
            self._permit(scope["path"], headers)
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(scope["path"])
            if match and method == scope["method"]:
                return handler(headers=headers, query=query, body=body, **match.groupdict())
        raise Refusal(404, "UNSUPPORTED")

    def _authorise(self, headers: Headers) -> None:
        given = headers.get("authorization", "")
        if self.auth == "basic" and given not in {self._basic(), *self._member_basics()}:
            raise Refusal(401, "UNAUTHORIZED", {"www-authenticate": 'Basic realm="fake"'})
        if self.auth == "bearer" and given.removeprefix("Bearer ") not in self._tokens:
            challenge = f'Bearer realm="{self.realm}",service="fake"'
            raise Refusal(401, "UNAUTHORIZED", {"www-authenticate": challenge})

    def _permit(self, path: str, headers: Headers) -> None:
        """What members may do: read their repositories."""
        given = headers.get("authorization", "")
        held = self._member_basics().get(given, self._limited.get(given.removeprefix("Bearer ")))
        if held is not None and not any(path.startswith(f"/v2/{name}/") for name in held):
            raise Refusal(403, "DENIED")

    def _member_basics(self) -> dict[str, frozenset[str]]:
        return {_basic(n, password): held for n, (password, held) in self.members.items()}

    def _basic(self) -> str:
        return _basic(*self.user)

    def _token(self, headers: Headers, query: Headers, **_: Any) -> Reply:
        given = headers.get("authorization", "")
        limited = self._member_basics().get(given)
        if given != self._basic() and limited is None:
            raise Refusal(401, "UNAUTHORIZED")
        token = f"{query.get('scope', '')}/{uuid.uuid4().hex}"
        self._tokens.add(token)
        if limited is not None:
            self._limited[token] = limited
        return 200, {}, msgspec.json.encode({"access_token": token})

    def expire_tokens(self) -> None:
        """Refuse every token given so far."""
        self._tokens.clear()

    def _catalogue(self, query: Headers, **_: Any) -> Reply:
        wanted = int(query.get("n", "100"))
        if wanted > self.max_page:
            raise Refusal(400, "PAGINATION_NUMBER_INVALID")
        names = sorted(self.manifests)
        page, link = _page(names, wanted, query.get("last", ""), "/v2/_catalog")
        return 200, link, msgspec.json.encode({"repositories": page})

    def _tag_list(self, name: str, query: Headers, **_: Any) -> Reply:
        if name not in self.manifests:
            raise Refusal(404, "NAME_UNKNOWN")
        wanted = int(query.get("n", "1000"))
        tags = sorted(self.tags[name])
        page, link = _page(tags, wanted, query.get("last", ""), f"/v2/{name}/tags/list")
        return 200, link, msgspec.json.encode({"name": name, "tags": page or None})

    def _manifest(self, name: str, reference: str, headers: Headers, **_: Any) -> Reply:
        digest = self.tags.get(name, {}).get(reference, reference)
        if digest not in self.manifests.get(name, {}):
            raise Refusal(404, "MANIFEST_UNKNOWN")
        media_type, content = self.manifests[name][digest]
        if media_type not in headers.get("accept", ""):
            raise Refusal(404, "MANIFEST_UNKNOWN")
        answer = {
            "docker-content-digest": digest,
            "etag": f'"{digest}"',
            "content-type": media_type,
        }
        if headers.get("if-none-match") == f'"{digest}"':
            return 304, answer, b""
        return 200, answer | {"content-length": str(len(content))}, content

    def _put_manifest(
        self, name: str, reference: str, headers: Headers, body: bytes, **_: Any
    ) -> Reply:
        media_type, digest = headers["content-type"], _digest(body)
        if media_type not in ACCEPT:
            raise Refusal(400, "MANIFEST_INVALID")
        for child in msgspec.json.decode(body).get("manifests", ()):
            if child["digest"] not in self.manifests.get(name, {}):
                raise Refusal(400, "MANIFEST_BLOB_UNKNOWN")
        self.manifests.setdefault(name, {})[digest] = (media_type, body)
        tags = self.tags.setdefault(name, {})
        tag = "" if reference.startswith("sha256:") else reference
        if tag:
            tags[tag] = digest
        self._tell("push", headers, mediaType=media_type, repository=name, digest=digest, tag=tag)
        return 201, {"docker-content-digest": digest}, b""

    def _delete(self, name: str, reference: str, headers: Headers, **_: Any) -> Reply:
        if reference not in self.manifests.get(name, {}):
            raise Refusal(404, "MANIFEST_UNKNOWN")
        del self.manifests[name][reference]
        tags = self.tags[name]
        for tag in [tag for tag, digest in tags.items() if digest == reference]:
            del tags[tag]
            self._tell("delete", headers, repository=name, tag=tag)
        self._tell("delete", headers, repository=name, digest=reference)
        return 202, {}, b""

    def _blob(self, name: str, digest: str, **_: Any) -> Reply:
        if digest not in self.blobs.get(name, {}):
            raise Refusal(404, "BLOB_UNKNOWN")
        return 200, {"docker-content-digest": digest}, self.blobs[name][digest]

    def _start_upload(self, name: str, **_: Any) -> Reply:
        place = f"/v2/{name}/blobs/uploads/{uuid.uuid4()}?_state=x"
        return 202, {"location": self.url + place}, b""

    def _upload(self, name: str, query: Headers, body: bytes, **_: Any) -> Reply:
        if _digest(body) != query["digest"]:
            raise Refusal(400, "DIGEST_INVALID")
        self.blobs.setdefault(name, {})[query["digest"]] = body
        return 201, {"docker-content-digest": query["digest"]}, b""

    def _referrers(self, name: str, digest: str, **_: Any) -> Reply:
        if not self.referrers:
            raise Refusal(404, "UNSUPPORTED")
        found = []
        for own, (media_type, body) in self.manifests.get(name, {}).items():
            document = msgspec.json.decode(body)
            if document.get("subject", {}).get("digest") == digest:
                kind = document.get("artifactType", "")
                entry = {"mediaType": media_type, "digest": own, "size": len(body)}
                found.append({**entry, "artifactType": kind})
        return 200, {}, msgspec.json.encode({"schemaVersion": 2, "manifests": found})

    def _tell(self, action: str, headers: Headers, **target: str) -> None:
        event = {
            "id": str(uuid.uuid4()),
            "action": action,
            "target": {name: value for name, value in target.items() if value},
            "request": {"useragent": headers.get("user-agent", "")},
        }
        self.listener(msgspec.json.encode({"events": [event]}))


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _page(names: list[str], wanted: int, last: str, path: str) -> tuple[list[str], Headers]:
    rest = [name for name in names if name > last]
    page = rest[:wanted]
    if len(rest) <= wanted:
        return page, {}
    return page, {"link": f'<{path}?last={page[-1]}&n={wanted}>; rel="next"'}
