"""What the fields of a kind are, as the API server itself describes them (OpenAPI v3).

https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3: one document per group and
version, under an address that bears its hash, so that what it holds never changes.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from integrations.caller import Caller
from integrations.contract import NotFound, UpstreamFailed
from integrations.kubernetes.api_client import ApiClient
from integrations.kubernetes.kinds import ResourceKind

__all__ = ["KindSchemas"]

_ROOT: Final = "/openapi/v3"
_REF: Final = "#/components/schemas/"
_BYTES: Final = 32 * 1024 * 1024
_SECONDS: Final = 30.0
_KEPT: Final = frozenset(
    {
        "$ref", "additionalProperties", "allOf", "anyOf", "default", "description", "enum",
        "format", "items", "maximum", "minimum", "nullable", "oneOf", "pattern", "properties",
        "required", "type", "x-kubernetes-int-or-string",
        "x-kubernetes-preserve-unknown-fields",
    }
)  # fmt: skip
_HELD: Final = 32
"""Kinds whose schemas are kept, the last that were asked for."""


class _Place(msgspec.Struct, rename="camel"):
    server_relative_url: str = msgspec.field(default="", name="serverRelativeURL")


class _Index(msgspec.Struct):
    paths: dict[str, _Place] = {}


class _Components(msgspec.Struct):
    schemas: dict[str, dict[str, Any]] = {}


class _Described(msgspec.Struct):
    components: _Components = msgspec.field(default_factory=_Components)


class KindSchemas:
    """The schemas of kinds, kept by the address that bears their hash."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], bytes] = {}

    async def of(self, api: ApiClient, kind: ResourceKind, *, as_: Caller | None) -> bytes:
        """JSON: ``root`` names the kind's schema in ``schemas``, which holds all it refers to, by
        name. Raises `NotFound` where the cluster describes no such kind."""
        index = _decoded(api, await api.get(_ROOT, as_=as_), _Index)
        root = f"apis/{kind.group}/{kind.version}" if kind.group else f"api/{kind.version}"
        place = index.paths.get(root)
        if place is None or not place.server_relative_url.startswith(f"{_ROOT}/"):
            raise NotFound(api.upstream, f"it does not describe {kind.api_version}")
        key = (api.upstream, place.server_relative_url, kind.kind)
        if key not in self._kept:
            path, _, query = place.server_relative_url.partition("?")
            params = [tuple(part.split("=", 1)) for part in query.split("&") if "=" in part]
            body = await api.get(
                path, [(name, value) for name, value in params],
                as_=as_, max_bytes=_BYTES, deadline=_SECONDS,
            )  # fmt: skip
            described = await asyncio.to_thread(_decoded, api, body, _Described)
            found = await asyncio.to_thread(_closure, described.components.schemas, kind)
            if found is None:
                raise NotFound(api.upstream, f"it does not describe a {kind.kind}")
            self._keep(key, found)
        return self._kept[key]

    def _keep(self, key: tuple[str, str, str], found: bytes) -> None:
        while len(self._kept) >= _HELD:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = found


def _decoded(api: ApiClient, body: bytes, shape: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as error:
        raise UpstreamFailed(api.upstream, "describes its kinds in a form unknown here") from error


def _closure(schemas: dict[str, dict[str, Any]], kind: ResourceKind) -> bytes | None:
    root = next((name for name, one in schemas.items() if _is(one, kind)), None)
    if root is None:
        return None
    found: dict[str, Any] = {}
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name in found or name not in schemas:
            continue
        found[name] = _slim(schemas[name], waiting)
    return msgspec.json.encode({"root": root, "schemas": found})


def _is(schema: dict[str, Any], kind: ResourceKind) -> bool:
    wanted = {"group": kind.group, "version": kind.version, "kind": kind.kind}
    named = schema.get("x-kubernetes-group-version-kind")
    return isinstance(named, list) and wanted in named


def _slim(schema: Any, refs: list[str]) -> Any:
    """The schema without what is not needed to write by; what it refers to is added to `refs`."""
    if not isinstance(schema, dict):
        return schema
    found = {name: value for name, value in schema.items() if name in _KEPT}
    if isinstance(ref := found.get("$ref"), str):
        found["$ref"] = ref.removeprefix(_REF)
        refs.append(found["$ref"])
    if isinstance(properties := found.get("properties"), dict):
        found["properties"] = {name: _slim(one, refs) for name, one in properties.items()}
    for name in ("items", "additionalProperties"):
        if name in found:
            found[name] = _slim(found[name], refs)
    for name in ("allOf", "anyOf", "oneOf"):
        if isinstance(several := found.get(name), list):
            found[name] = [_slim(one, refs) for one in several]
    return found
