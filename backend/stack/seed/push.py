"""Pushing images with the distribution API."""

import asyncio
from typing import Self

import httpx2

from backend.stack.errors import StackError
from backend.stack.seed.oci import INDEX, MANIFEST, Blob, Image

AT_ONCE = 6
LIMIT = 30.0
KINDS = f"{INDEX}, {MANIFEST}"
"""What is asked for by a tag. Of anything (`*/*`) the registry says that it has none."""


class Pusher:
    """Pushes to one registry; what is already there is not sent again."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.AsyncClient(
            base_url=url,
            timeout=LIMIT,
            trust_env=False,
            headers={"User-Agent": "craton-stack"},
            limits=httpx2.Limits(max_connections=AT_ONCE),
        )
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def tag_digest(self, repository: str, tag: str) -> str | None:
        """Give the digest a tag points to, None when there is no such tag."""
        async with self._gate:
            response = await self._client.head(
                f"/v2/{repository}/manifests/{tag}", headers={"Accept": KINDS}
            )
        return response.headers.get("Docker-Content-Digest") if response.is_success else None

    async def push(self, repository: str, tag: str, image: Image) -> bool:
        """Push an image under a tag; False when the tag had this digest already."""
        if await self.tag_digest(repository, tag) == image.digest:
            return False
        await asyncio.gather(*(self._blob(repository, blob) for blob in _distinct(image.blobs)))
        for blob in _distinct(image.manifests):
            await self._manifest(repository, blob.digest, blob)
        await self._manifest(repository, tag, image.top)
        return True

    async def _blob(self, repository: str, blob: Blob) -> None:
        async with self._gate:
            known = await self._client.head(f"/v2/{repository}/blobs/{blob.digest}")
            if known.is_success:
                return
            started = await self._client.post(f"/v2/{repository}/blobs/uploads/")
            _require(started, "start an upload")
            target = httpx2.URL(started.headers["Location"]).copy_merge_params(
                {"digest": blob.digest}
            )
            done = await self._client.put(
                target,
                content=blob.content,
                headers={"Content-Type": "application/octet-stream"},
            )
            _require(done, f"upload {blob.digest}")

    async def _manifest(self, repository: str, reference: str, blob: Blob) -> None:
        async with self._gate:
            response = await self._client.put(
                f"/v2/{repository}/manifests/{reference}",
                content=blob.content,
                headers={"Content-Type": blob.media_type},
            )
        _require(response, f"put {repository}:{reference}")


def _distinct(blobs: list[Blob]) -> list[Blob]:
    return list({blob.digest: blob for blob in blobs}.values())


def _require(response: httpx2.Response, doing: str) -> None:
    if not response.is_success:
        raise StackError(
            f"the registry refused to {doing}: {response.status_code} {response.text[:300]}"
        )
