"""Content by digest: immutable, so kept until space is needed."""

from __future__ import annotations

import hashlib

from cachetools import LRUCache

from integrations.registry.errors import DigestMismatch


class DigestCache:
    """A least-recently-used cache bounded by the bytes it holds.

    Content is held **for a reader**: the repository it was read from, and the credential it was
    read with. That the bytes are known is no right to them: somebody who may read one repository
    must not get, by digest, what only another holds.
    """

    def __init__(self, limit: int) -> None:
        self._held: LRUCache[tuple[str, ...], bytes] = LRUCache(limit, getsizeof=len)

    @property
    def size(self) -> int:
        """Bytes held."""
        return int(self._held.currsize)

    def get(self, digest: str, *reader: str) -> bytes | None:
        """The content as `reader` has read it, None if not held."""
        return self._held.get((digest, *reader))

    def put(self, digest: str, content: bytes, *reader: str) -> None:
        """Hold verified content; what is larger than the whole cache is not held."""
        if len(content) <= self._held.maxsize:
            self._held[(digest, *reader)] = content


def verify(upstream: str, digest: str, content: bytes) -> None:
    """Raise `DigestMismatch` unless `content` has `digest` (``algorithm:hex``)."""
    algorithm, _, expected = digest.partition(":")
    if hashlib.new(algorithm, content).hexdigest() != expected:
        raise DigestMismatch(upstream, f"the content of {digest[:19]}… is not what it should be")
