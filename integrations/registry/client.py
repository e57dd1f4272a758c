"""The typed calls of the distribution API the console makes. Read-only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2
import msgspec

from integrations.caller import Caller
from integrations.contract import NotFound, UpstreamFailed, UpstreamRefused
from integrations.lenient import read
from integrations.registry import errors
from integrations.registry.auth import CATALOGUE_SCOPE, pull_scope
from integrations.registry.cache import DigestCache, verify
from integrations.registry.headers import read_links, tells_of_next
from integrations.registry.models import (
    ACCEPT,
    OCI_INDEX,
    Descriptor,
    Document,
    ImageConfig,
    RepositoryList,
    TagList,
    is_digest,
    is_repository,
    is_tag,
)
from integrations.registry.settings import RegistrySettings
from integrations.registry.transport import RegistryTransport
from integrations.sending import Observe, ignore

T = TypeVar("T")
_SMALLEST_PAGE: Final = 50
_MAX_PAGES: Final = 2000
_SCHEMA_1: Final = (
    "an image in Docker's schema 1, which tells neither size nor platform nor date: pull it with an"
    " old client and push it with a new one"
)


class Resolved(msgspec.Struct, frozen=True):
    """What a tag points at now. `size` is the manifest's own, in bytes."""

    digest: str
    media_type: str
    size: int


class RegistryClient:
    """Calls on one registry. Every call has a deadline; errors are the shared tree's."""

    def __init__(
        self,
        settings: RegistrySettings,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Observe = ignore,
    ) -> None:
        self.settings = settings
        self._http = RegistryTransport(settings, transport, observe)
        self.upstream = self._http.upstream
        self.cache = DigestCache(settings.cache_bytes)
        self._page_size = settings.page_size
        self._has_referrers = True

    @property
    def has_referrers(self) -> bool:
        """Whether the registry may have the referrers API (unknown counts as yes)."""
        return self._has_referrers

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def ping(self) -> None:
        """Prove that the registry answers and takes our credential."""
        await self._http.get("/v2/", "", gated=False)

    async def catalogue(self) -> AsyncIterator[tuple[str, ...]]:
        """Pages of repository names, as large as the registry serves them."""
        path, params = "/v2/_catalog", self._first_page()
        asked: set[str] = set()
        for _ in range(_MAX_PAGES):
            try:
                answer = await self._http.get(path, CATALOGUE_SCOPE, params=params)
            except errors.PageTooLarge:
                if self._page_size <= _SMALLEST_PAGE:
                    raise
                self._page_size = max(_SMALLEST_PAGE, self._page_size // 2)
                params = params.set("n", str(self._page_size))
                continue
            yield self._decode(answer.body, RepositoryList).repositories or ()
            following = self._next(answer.headers, path, params, asked)
            if following is None:
                return
            params = following
        raise UpstreamFailed(self.upstream, "the catalogue does not end")

    async def tags(self, repository: str, *, as_: Caller | None = None) -> list[str]:
        """All tags of a repository in the registry's order, `tag_limit` at most: so many may not
        be all."""
        self._check(repository)
        path, found = f"/v2/{repository}/tags/list", list[str]()
        params, asked = self._first_page(), set[str]()
        for _ in range(_MAX_PAGES):
            answer = await self._http.get(path, pull_scope(repository), params=params, as_=as_)
            found += filter(is_tag, self._decode(answer.body, TagList).tags or ())
            following = self._next(answer.headers, path, params, asked)
            if following is None or len(found) >= self.settings.tag_limit:
                return found[: self.settings.tag_limit]
            params = following
        raise UpstreamFailed(self.upstream, "the list of tags does not end")

    async def resolve(
        self, repository: str, tag: str, known: str = "", *, as_: Caller | None = None
    ) -> Resolved | None:
        """The digest behind `tag`; None when it still is `known` (costs no pull event)."""
        self._check(repository, tag)
        headers = {"Accept": ACCEPT}
        if known:
            headers["If-None-Match"] = f'"{known}"'
        answer = await self._http.get(
            f"/v2/{repository}/manifests/{tag}",
            pull_scope(repository),
            method="HEAD",
            headers=headers,
            as_=as_,
        )
        if answer.status == 304:
            return None
        digest = answer.headers.get("docker-content-digest", "")
        if not is_digest(digest):
            raise UpstreamFailed(self.upstream, "a tag was answered without a digest")
        size = answer.headers.get("content-length", "0")
        media_type = answer.headers.get("content-type", "").split(";")[0]
        return Resolved(digest, media_type, int(size) if size.isdigit() else 0)

    async def manifest(
        self, repository: str, digest: str, *, as_: Caller | None = None
    ) -> Document:
        """A manifest or index by digest, verified and cached."""
        content = await self.manifest_bytes(repository, digest, as_=as_)
        document, unread = self._read(content, Document)
        if document.is_schema_1:
            unread = (*unread, _SCHEMA_1)
        # OCI lets it be left out: then its members tell what it is, as registries answer it.
        media_type = document.media_type or document.untold_type
        return msgspec.structs.replace(document, media_type=media_type, unread=unread)

    async def manifest_bytes(
        self, repository: str, digest: str, *, as_: Caller | None = None
    ) -> bytes:
        """The exact bytes of a manifest."""
        path = f"/v2/{repository}/manifests/{digest}"
        return await self._content(repository, digest, path, as_, blob=False)

    async def config(
        self, repository: str, digest: str, *, as_: Caller | None = None
    ) -> ImageConfig:
        """An image's configuration by digest, verified and cached."""
        path = f"/v2/{repository}/blobs/{digest}"
        content = await self._content(repository, digest, path, as_, blob=True)
        config, unread = self._read(content, ImageConfig)
        return msgspec.structs.replace(config, unread=unread)

    async def referrers(
        self, repository: str, digest: str, *, as_: Caller | None = None
    ) -> tuple[Descriptor, ...]:
        """What refers to `digest` (signatures, SBOMs, …), by the API or its tag fallback."""
        self._check(repository, digest)
        if self._has_referrers:
            path = f"/v2/{repository}/referrers/{digest}"
            try:
                answer = await self._http.get(
                    path, pull_scope(repository), headers={"Accept": OCI_INDEX}, as_=as_
                )
                return self._decode(answer.body, Document).manifests or ()
            except (NotFound, UpstreamRefused):
                self._has_referrers = False  # no distribution release has the API
        return await self._referrers_by_tag(repository, digest, as_)

    async def _referrers_by_tag(
        self, repository: str, digest: str, as_: Caller | None
    ) -> tuple[Descriptor, ...]:
        tag = referrers_tag(digest)
        try:
            held = await self.resolve(repository, tag, as_=as_)
        except NotFound:
            return ()
        if held is None:
            return ()
        document = await self.manifest(repository, held.digest, as_=as_)
        return document.manifests or ()

    async def _content(
        self, repository: str, digest: str, path: str, as_: Caller | None, *, blob: bool
    ) -> bytes:
        self._check(repository, digest)
        reader = (repository, as_.key if as_ is not None else "")
        held = self.cache.get(digest, *reader)
        if held is not None:
            return held
        headers = {} if blob else {"Accept": ACCEPT}
        answer = await self._http.get(
            path, pull_scope(repository), headers=headers, blob=blob, as_=as_
        )
        verify(self.upstream, digest, answer.body)
        self.cache.put(digest, answer.body, *reader)
        return answer.body

    def _check(self, repository: str, reference: str = "") -> None:
        """Refuse names that are not of the specification's grammar before they meet a URL."""
        if not is_repository(repository):
            raise NotFound(self.upstream, f"{repository[:100]!r} is no repository name")
        if reference and not (is_tag(reference) or is_digest(reference)):
            raise NotFound(self.upstream, f"{reference[:100]!r} is no tag or digest")

    def _first_page(self) -> httpx2.QueryParams:
        return httpx2.QueryParams({"n": str(self._page_size)})

    def _next(
        self, headers: httpx2.Headers, path: str, params: httpx2.QueryParams, asked: set[str]
    ) -> httpx2.QueryParams | None:
        """The next page's query, used unchanged on *our* URL: a registry behind a proxy names
        its public host or a path before ours, and credentials must not go there. `asked` are
        the pages that were read, `params` the newest.

        Raises `UpstreamFailed` for a page that cannot be followed, so that no list is silently
        short.
        """
        lines = headers.get_list("link")
        links = read_links(lines)
        target = next((link.target for link in links if "next" in link.relations), None)
        if target is None:
            if tells_of_next(lines):
                raise UpstreamFailed(self.upstream, "the link to the next page cannot be read")
            return None
        parts = urlsplit(urljoin(path, target))
        if not parts.path.endswith(path):
            raise UpstreamFailed(self.upstream, f"the next page is somewhere else: {parts.path!r}")
        following = httpx2.QueryParams(parts.query)
        asked.add(str(params))
        if str(following) in asked:
            raise UpstreamFailed(self.upstream, "the next page is the same page again")
        return following

    def _decode(self, body: bytes, kind: type[T]) -> T:
        return self._read(body, kind)[0]

    def _read(self, body: bytes, kind: type[T]) -> tuple[T, tuple[str, ...]]:
        """The document as far as it can be read, and what could not be."""
        try:
            return read(body, kind)
        except (msgspec.MsgspecError, RecursionError) as error:
            text = f"unreadable {kind.__name__.lower()}: {error}"
            raise UpstreamFailed(self.upstream, text) from error


def referrers_tag(digest: str) -> str:
    """The tag under which referrers are listed where the API is missing."""
    algorithm, _, reference = digest.partition(":")
    return f"{algorithm}-{reference[:64]}"
