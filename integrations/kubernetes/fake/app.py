"""The fake API server: an ASGI application over a `Store`.

It answers what the client asks: version, readiness, get, list with limit and continue,
label and field selectors (equality), watch with initial events and bookmarks, changes with
preconditions, logs, access reviews, other callers with rights of their own, errors as
`Status`. The contract suite holds it against the real server.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from integrations.kubernetes.fake import writing
from integrations.kubernetes.fake.caller import Caller, caller_of, review
from integrations.kubernetes.fake.discovery import discovered
from integrations.kubernetes.fake.refusal import Place, Refusal
from integrations.kubernetes.fake.store import Change, Resource, Store, Watch

__all__ = ["FakeKubernetes"]

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

INITIAL_END: Final = "k8s.io/initial-events-end"


@dataclass(frozen=True, slots=True)
class _Target:
    resource: Resource
    namespace: str
    name: str


def _too_large(asked: int, current: int) -> Refusal:
    text = "Too large resource version"
    cause = {"reason": "ResourceVersionTooLarge", "message": text}
    details = {"causes": [cause], "retryAfterSeconds": 1}
    message = f"Timeout: {text}: {asked}, current: {current}"
    return Refusal(504, "Timeout", message, details=details)


class FakeKubernetes:
    """An API server in this process; `store` holds its objects and its levers."""

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or Store()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        await self.store.thawed()
        path = str(scope["path"])
        query = dict(parse_qsl(scope.get("query_string", b"").decode(), keep_blank_values=True))
        headers = {name.lower(): value for name, value in scope.get("headers", [])}
        partial = b"as=PartialObjectMetadata" in headers.get(b"accept", b"")
        self.store.requests.append(path + ("?watch" if query.get("watch") == "true" else ""))
        try:
            caller = caller_of(self.store, scope.get("headers", []))
            if scope["method"] == "GET":
                await self._answer(path, query, send, caller, partial=partial)
            else:
                body = json.loads((await receive()).get("body") or b"{}")
                answer, code = self._change(scope["method"], path, query, body, caller)
                await _json(
                    send, _partial(answer) if partial and "metadata" in answer else answer, code
                )
        except Refusal as refusal:
            await _json(send, refusal.status, refusal.code)

    async def _answer(
        self, path: str, query: dict[str, str], send: Send, caller: Caller, *, partial: bool
    ) -> None:
        store = self.store
        if path == "/version":
            version = {"major": "1", "minor": store.minor, "gitVersion": f"v1.{store.minor}.0"}
            await _json(send, version)
        elif path == "/readyz":
            await self._ready(send)
        elif path.endswith("/log"):
            await self._log(self._target(path), query, send, caller)
        elif (kinds := discovered(store, path)) is not None:
            await _json(send, kinds)
        else:
            await self._resource(self._target(path), query, send, caller, partial=partial)

    def _change(
        self, method: str, path: str, query: dict[str, str], body: dict[str, Any], caller: Caller
    ) -> tuple[dict[str, Any], int]:
        if path.startswith("/apis/authorization.k8s.io/"):
            return review(self.store, caller, path.rpartition("/")[2], body["spec"]), 201
        target, dry_run = self._target(path), query.get("dryRun") == "All"
        verb = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}[method]
        self._check(target, verb, caller)
        key = f"{target.namespace}/{target.name}" if target.namespace else target.name
        resource = target.resource
        if method == "POST":
            made = writing.create(self.store, resource, target.namespace, body, dry_run=dry_run)
            return made, 201
        if method == "DELETE":
            return writing.delete(self.store, resource, key, body), 200
        change = writing.replace if method == "PUT" else writing.merge
        return change(self.store, resource, key, body, dry_run=dry_run), 200

    async def _log(
        self, target: _Target, query: dict[str, str], send: Send, caller: Caller
    ) -> None:
        caller.check(self.store, Place("get", "", "pods/log", target.namespace, target.name))
        key = f"{target.namespace}/{target.name}"
        self._get(target, partial=False)
        lines = self.store.logs.get(key, [])[-int(query.get("tailLines") or 10**9) :]
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for line in lines:
            await send({"type": "http.response.body", "body": line + b"\n", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _check(self, target: _Target, verb: str, caller: Caller) -> None:
        group, plural = target.resource
        caller.check(self.store, Place(verb, group, plural, target.namespace, target.name))
        if plural in self.store.denied:
            message = f'{plural} is forbidden: User "fake" cannot list resource "{plural}"'
            raise Refusal(403, "Forbidden", message)
        if target.resource not in self.store.kinds or plural in self.store.missing:
            raise Refusal(404, "NotFound", "the server could not find the requested resource")

    async def _ready(self, send: Send) -> None:
        lines = [f"[-]{name} failed: reason withheld" for name in self.store.failing]
        text = "\n".join(["[+]ping ok", *lines, "readyz check"]).encode()
        await send({"type": "http.response.start", "status": 500 if lines else 200, "headers": []})
        await send({"type": "http.response.body", "body": text})

    async def _resource(
        self,
        target: _Target,
        query: dict[str, str],
        send: Send,
        caller: Caller,
        *,
        partial: bool,
    ) -> None:
        watch = query.get("watch") == "true"
        verb = "get" if target.name else "watch" if watch else "list"
        self._check(target, verb, caller)
        if target.name:
            await _json(send, self._get(target, partial=partial))
        elif watch:
            await self._watch(target, query, send, partial=partial)
        else:
            await _json(send, self._list(target, query, partial=partial))

    def _target(self, path: str) -> _Target:
        parts = path.strip("/").split("/")
        group, rest = ("", parts[2:]) if parts[0] == "api" else (parts[1], parts[3:])
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        return _Target((group, rest[0]), namespace, rest[1] if len(rest) > 1 else "")

    def _get(self, target: _Target, *, partial: bool) -> dict[str, Any]:
        key = f"{target.namespace}/{target.name}" if target.namespace else target.name
        found = self.store.objects.get(target.resource, {}).get(key)
        if found is None:
            plural = target.resource[1]
            raise Refusal(404, "NotFound", f'{plural} "{target.name}" not found')
        return _partial(found) if partial else found

    def _list(self, target: _Target, query: dict[str, str], *, partial: bool) -> dict[str, Any]:
        self._reaches(query)
        found = self._selected(target, query)
        version, start = str(self.store.version), 0
        if token := query.get("continue"):
            version, _, place = token.partition(":")
            start = int(place)
            if int(version) < self.store.oldest:
                message = "The provided continue parameter is too old"
                raise Refusal(410, "Expired", message)
        limit = int(query.get("limit", "0")) or len(found)
        page = found[start : start + limit]
        metadata: dict[str, Any] = {"resourceVersion": version}
        if start + limit < len(found):
            metadata["continue"] = f"{version}:{start + limit}"
            metadata["remainingItemCount"] = len(found) - start - limit
        items = [_partial(item) if partial else item for item in page]
        return {"kind": "List", "apiVersion": "v1", "metadata": metadata, "items": items}

    def _reaches(self, query: dict[str, str]) -> None:
        version = self.store.version
        asked = int(query.get("resourceVersion") or 0)
        if self.store.behind or asked > version:
            raise _too_large(max(asked, version + 1), version)

    def _selected(self, target: _Target, query: dict[str, str]) -> list[dict[str, Any]]:
        objects = self.store.objects.get(target.resource, {})
        found = [objects[key] for key in sorted(objects)]
        if target.namespace:
            found = [o for o in found if o["metadata"].get("namespace") == target.namespace]
        for part in filter(None, query.get("fieldSelector", "").split(",")):
            path, _, value = part.partition("=")
            found = [o for o in found if _at(o, path.split(".")) == value]
        for part in filter(None, query.get("labelSelector", "").split(",")):
            name, _, value = part.partition("=")
            found = [o for o in found if o["metadata"].get("labels", {}).get(name) == value]
        return found

    async def _watch(
        self, target: _Target, query: dict[str, str], send: Send, *, partial: bool
    ) -> None:
        initial = query.get("sendInitialEvents") == "true"
        if initial and not self.store.streaming:
            message = (
                'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: '
                "sendInitialEvents is forbidden for watch unless the WatchList feature gate "
                "is enabled"
            )
            raise Refusal(422, "Invalid", message)
        watch = Watch(target.resource)
        for event in self._backlog(target, query, initial=initial):
            watch.queue.put_nowait(event)
        self.store.watches.append(watch)
        try:
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async with asyncio.timeout(float(query.get("timeoutSeconds", "300"))):
                await self._pump(watch, send, partial=partial, initial=initial)
        except TimeoutError:
            await send({"type": "http.response.body", "body": b""})
        finally:
            self.store.watches.remove(watch)

    def _backlog(
        self, target: _Target, query: dict[str, str], *, initial: bool
    ) -> list[Change | int]:
        if initial:
            try:
                self._reaches(query)
            except Refusal as refusal:
                return [Change(0, "ERROR", target.resource, refusal.status)]
            found = self._selected(target, {})
            changes = [Change(0, "ADDED", target.resource, item) for item in found]
            return [*changes, self.store.version]
        version = int(query.get("resourceVersion") or self.store.version)
        if version < self.store.oldest:
            message = f"too old resource version: {version} ({self.store.oldest})"
            status = Refusal(410, "Expired", message).status
            return [Change(0, "ERROR", target.resource, status)]
        return [*self.store.since(version, target.resource)]

    async def _pump(self, watch: Watch, send: Send, *, partial: bool, initial: bool) -> None:
        marked = not initial
        while True:
            event = await watch.queue.get()
            await self.store.thawed()
            if isinstance(event, Exception):
                raise event
            if event is None:
                await send({"type": "http.response.body", "body": b""})
                return
            if isinstance(event, int):
                annotations = {} if marked else {INITIAL_END: "true"}
                metadata = {"resourceVersion": str(event), "annotations": annotations}
                body = {"type": "BOOKMARK", "object": {"kind": "Bookmark", "metadata": metadata}}
                marked = True
            else:
                shown = event.object if event.type == "ERROR" or not partial else None
                body = {"type": event.type, "object": shown or _partial(event.object)}
            line = json.dumps(body, separators=(",", ":")).encode() + b"\n"
            await send({"type": "http.response.body", "body": line, "more_body": True})


async def _json(send: Send, body: object, code: int = 200) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def _partial(obj: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": obj["metadata"],
    }


def _at(value: Any, path: list[str]) -> str:
    for part in path:
        value = value.get(part, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, str) else ""
