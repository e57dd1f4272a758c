"""Typed calls to one Kubernetes API server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, NamedTuple, TypeVar

import httpx2
import msgspec

from integrations.caller import Caller
from integrations.contract import IntegrationError, NotFound, UpstreamFailed, UpstreamRefused
from integrations.kubernetes.access import load_access
from integrations.kubernetes.api_client import ApiClient
from integrations.kubernetes.auth.access import Access
from integrations.kubernetes.decode import Decoders, ListPage, Unreadable
from integrations.kubernetes.kinds import KINDS, METADATA_ONLY, ResourceKind
from integrations.kubernetes.models.core import CustomResourceDefinition, Event
from integrations.kubernetes.models.meta import Metadata
from integrations.kubernetes.settings import ConnectionSettings
from integrations.kubernetes.tables import ACCEPT as PRINTED
from integrations.kubernetes.tables import TablePage
from integrations.kubernetes.versions import version_order
from integrations.kubernetes.yamltext import exact_float, to_yaml
from integrations.sending import Observe, ignore

T = TypeVar("T")

__all__ = ["KubernetesClient", "Version", "Whole", "accept_of", "custom_kind"]

_PARTIAL: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_PARTIAL_LIST: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_JSON: Final = "application/json"
_PROBE_SECONDS: Final = 5.0
_DEFINITION: Final = "customresourcedefinitions"
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_RAW: Final = msgspec.json.Decoder(dict[str, Any], float_hook=exact_float)
_SEGMENT: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9._:]{0,251}[A-Za-z0-9])?")


class Version(msgspec.Struct, rename="camel"):
    """What the API server says it is."""

    git_version: str = ""
    major: str = ""
    minor: str = ""
    platform: str = ""

    @property
    def number(self) -> tuple[int, int]:
        """Major and minor as numbers; (0, 0) when they are not."""
        digits = [re.match(r"\d+", part) for part in (self.major, self.minor)]
        major, minor = (int(found[0]) if found else 0 for found in digits)
        return (major, minor)


class Whole(NamedTuple):
    """One object as the server has it (`raw`), and as its model: `faults` says in words which
    parts of the model could not be read because they are not as declared."""

    raw: dict[str, Any]
    typed: Any
    faults: tuple[str, ...] = ()


class _ServedKind(msgspec.Struct, rename="camel"):
    """One entry of what a version of a group serves; ``pods/log`` is a part of one."""

    name: str = ""
    kind: str = ""

    @property
    def whole(self) -> bool:
        return "/" not in self.name


class _Served(msgspec.Struct):
    """An APIResourceList."""

    resources: list[_ServedKind] = []


class KubernetesClient:
    """One cluster's API. Every call has a deadline and a size limit and raises
    `integrations.contract.IntegrationError`s only. Values of secrets and config maps are
    never asked for."""

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        access: Access | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Observe = ignore,
    ) -> None:
        self.settings = settings
        self.upstream = f'Kubernetes "{settings.name}"'
        self._given = access
        self._decoders: dict[type[Any], Decoders[Any]] = {}
        self.api = ApiClient(
            self.upstream,
            self._load,
            settings.limits,
            networks=settings.networks,
            listed=not settings.typed,
            transport=transport,
            observe=observe,
        )

    async def version(self) -> Version:
        """The API server's version."""
        body = await self._probe("/version")
        return self._decoded(Decoders(Version).one, body)

    async def failing_checks(self) -> list[str]:
        """Names of the API server's own readiness checks that fail; empty when it is ready.

        Raises `UpstreamDenied` where the credential may not ask.
        """
        try:
            await self._probe("/readyz", {"verbose": ""})
        except UpstreamFailed as error:
            failed = re.findall(r"\[-\](\S+) failed", error.message)
            return failed or ["readyz"]
        return []

    async def _probe(self, path: str, params: dict[str, str] | None = None) -> bytes:
        deadline = min(self.settings.limits.deadline, _PROBE_SECONDS)
        return await self.api.get(path, params, purpose="health", deadline=deadline, gated=False)

    async def get(
        self, kind: ResourceKind, namespace: str, name: str, *, as_: Caller | None = None
    ) -> Any:
        """One object as `kind.model`; `NotFound` when it is not there."""
        path = self.object_path(kind, namespace, name)
        body = await self.api.get(path, accept=accept_of(kind), as_=as_)
        return self._decoded(self.decoders(kind.model).one, body)

    async def list_page(
        self,
        kind: ResourceKind,
        namespace: str = "",
        *,
        limit: int | None = None,
        continue_: str = "",
        labels: str = "",
        fields: str = "",
        model: type[Any] | None = None,
        as_: Caller | None = None,
    ) -> ListPage[Any]:
        """One page of objects; `Expired` when `continue_` is too old.

        `model=Metadata` reads metadata only, of any kind.
        """
        chosen = {
            "limit": str(limit or self.settings.limits.page_size),
            "continue": continue_,
            "labelSelector": labels,
            "fieldSelector": fields,
        }
        params = {word: value for word, value in chosen.items() if value}
        partial = kind.metadata_only or model is Metadata
        body = await self.api.get(
            self.list_path(kind, namespace),
            params,
            accept=_PARTIAL_LIST if partial else _JSON,
            as_=as_,
            purpose="list",
            deadline=self.settings.limits.page_deadline,
            max_bytes=self.settings.limits.page_bytes,
        )
        return self._decoded(self.decoders(model or kind.model).page, body)

    async def custom_kind_of(self, api_version: str, name: str) -> ResourceKind | None:
        """The custom kind that a manifest calls `name`, as the API server serves it; None for
        what no custom resource definition adds."""
        group, slash, version = api_version.partition("/")
        if not (slash and group and version) or not _SEGMENT.fullmatch(group):
            return None
        try:
            path = self.list_path(ResourceKind("", name, group, version, Metadata), "")
            served = self._decoded(Decoders(_Served).one, await self.api.get(path.rstrip("/")))
            plural = next((r.name for r in served.resources if r.kind == name and r.whole), "")
            if not plural:
                return None
            return custom_kind(await self.get(KINDS[_DEFINITION], "", f"{plural}.{group}"))
        except NotFound:
            return None

    async def table_page(
        self,
        kind: ResourceKind,
        namespace: str = "",
        *,
        limit: int,
        continue_: str = "",
        whole: bool = False,
        as_: Caller | None = None,
    ) -> TablePage:
        """One page of objects as the API server prints them, with their metadata alone unless
        `whole`; `Expired` when `continue_` is too old."""
        include = "Object" if whole else "Metadata"
        chosen = {"limit": str(limit), "continue": continue_, "includeObject": include}
        body = await self.api.get(
            self.list_path(kind, namespace),
            {word: value for word, value in chosen.items() if value},
            accept=_PARTIAL_LIST if kind.metadata_only else PRINTED,
            as_=as_,
            purpose="list",
            deadline=self.settings.limits.page_deadline,
            max_bytes=self.settings.limits.page_bytes,
        )
        decoders: Decoders[TablePage] = self.decoders(TablePage)
        return self._decoded(decoders.one, body)

    async def raw(
        self, kind: ResourceKind, namespace: str, name: str, *, as_: Caller | None = None
    ) -> dict[str, Any]:
        """One object as the server has it, without `managedFields`.

        Of secrets and config maps only the metadata: neither their values nor the
        annotation in which kubectl repeats them.
        """
        found = (await self.read(kind, namespace, name, as_=as_)).raw
        (found.get("metadata") or {}).pop("managedFields", None)
        return found

    async def read(
        self, kind: ResourceKind, namespace: str, name: str, *, as_: Caller | None = None
    ) -> Whole:
        """One object as `raw` gives it, with its record of who set which field, and as
        `kind.model`, from one call."""
        hidden = accept_of(kind) == _PARTIAL
        path = self.object_path(kind, namespace, name)
        body = await self.api.get(path, accept=accept_of(kind), as_=as_)
        typed, faults = self._decoded(self.decoders(kind.model).read, body)
        found = self._decoded(_RAW.decode, body)
        metadata = found.get("metadata") or {}
        # Metadata answers and old servers differ in what they say of themselves.
        head = {"apiVersion": kind.api_version, "kind": kind.kind}
        if hidden:
            (metadata.get("annotations") or {}).pop(_LAST_APPLIED, None)
            # Belt and braces: a server that ignored `as=` must not leak through us.
            return Whole({**head, "metadata": metadata}, typed, faults)
        return Whole({**head, **{w: v for w, v in found.items() if w not in head}}, typed, faults)

    async def document(
        self, kind: ResourceKind, namespace: str, name: str, *, as_: Caller | None = None
    ) -> dict[str, Any]:
        """One object with its values, also of config maps: only for who may change them and has
        it open. Never of secrets. Numbers keep their digits."""
        if kind.plural == "secrets" and not kind.group:
            raise UpstreamRefused(self.upstream, "values of secrets are never read")
        body = await self.api.get(self.object_path(kind, namespace, name), as_=as_)
        found: dict[str, Any] = self._decoded(_RAW.decode, body)
        return {"apiVersion": kind.api_version, "kind": kind.kind, **found}

    async def yaml(
        self, kind: ResourceKind, namespace: str, name: str, *, as_: Caller | None = None
    ) -> str:
        """What `raw` gives, as YAML with the keys in the server's order."""
        found = await self.raw(kind, namespace, name, as_=as_)
        return await asyncio.to_thread(to_yaml, found)

    async def events_of(
        self, namespace: str, name: str, uid: str = "", *, as_: Caller | None = None
    ) -> list[Event]:
        """Up to 100 events about one object (cluster-scoped: `namespace` empty)."""
        fields = f"involvedObject.name={name}" + (f",involvedObject.uid={uid}" if uid else "")
        page = await self.list_page(KINDS["events"], namespace, limit=100, fields=fields, as_=as_)
        return list(page.items)

    def watch(
        self, kind: ResourceKind, params: dict[str, str]
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """An open watch of all objects of `kind`, as raw chunks."""
        accept = _PARTIAL if kind.metadata_only else _JSON
        return self.api.stream(kind.path(), {"watch": "true", **params}, accept=accept)

    def decoders(self, model: type[Any]) -> Decoders[Any]:
        """The decoders for `model`, made once."""
        if model not in self._decoders:
            self._decoders[model] = Decoders(model)
        return self._decoders[model]

    async def aclose(self) -> None:
        """Close every connection."""
        await self.api.aclose()

    async def _load(self) -> Access:
        if self._given is not None:
            return self._given
        return await asyncio.to_thread(load_access, self.settings, self.upstream)

    def object_path(self, kind: ResourceKind, namespace: str, name: str) -> str:
        """The URL path of one object; `NotFound` for what cannot be its name."""
        for segment in (name, *([namespace] if kind.namespaced else [])):
            if not _SEGMENT.fullmatch(segment):
                raise NotFound(self.upstream, f"{segment!r} cannot be the name of an object")
        return kind.path(namespace, name)

    def list_path(self, kind: ResourceKind, namespace: str) -> str:
        """The URL path of a collection; `NotFound` for what cannot be a namespace."""
        if namespace and not _SEGMENT.fullmatch(namespace):
            raise NotFound(self.upstream, f"{namespace!r} cannot be a namespace")
        return kind.path(namespace)

    def _decoded(self, decode: Callable[[bytes], T], body: bytes) -> T:
        try:
            return decode(body)
        except (Unreadable, msgspec.MsgspecError) as error:
            raise UpstreamFailed(self.upstream, f"answered what we cannot read: {error}") from error


def custom_kind(definition: CustomResourceDefinition) -> ResourceKind:
    """The kind that a custom resource definition adds, in the version that kubectl and discovery
    prefer: of those served the newest, a stable one before betas and alphas.

    Raises `IntegrationError` when none is served.
    """
    spec = definition.spec
    served = [version for version in spec.versions if version.served]
    if not served:
        raise IntegrationError(spec.names.plural, "no version of this resource is served")
    chosen = min(served, key=lambda version: version_order(version.name))
    return ResourceKind(
        spec.names.plural,
        spec.names.kind,
        spec.group,
        chosen.name,
        Metadata,
        namespaced=spec.scope == "Namespaced",
        definition=definition,
    )


def accept_of(kind: ResourceKind) -> str:
    """How an object is asked for: of some kinds only the metadata enters this process."""
    hidden = kind.metadata_only or (not kind.group and kind.plural in METADATA_ONLY)
    return _PARTIAL if hidden else _JSON
