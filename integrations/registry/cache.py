"""Content by digest: immutable, so kept until space is needed."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from integrations.registry.errors import DigestMismatch


class DigestCache:
    """A least-recently-used cache bounded by the bytes it holds."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self.size = 0

    def get(self, digest: str) -> bytes | None:
        """The content, None if not held."""
        content = self._held.get(digest)
        if content is not None:
            self._held.move_to_end(digest)
        return content

    def put(self, digest: str, content: bytes) -> None:
        """Hold verified content; what is larger than the whole cache is not held."""
        if digest in self._held or len(content) > self._limit:
            return
        self._held[digest] = content
        self.size += len(content)
        while self.size > self._limit:
            _, dropped = self._held.popitem(last=False)
            self.size -= len(dropped)


def verify(upstream: str, digest: str, content: bytes) -> None:
    """Raise `DigestMismatch` unless `content` has `digest` (``algorithm:hex``)."""
    algorithm, _, expected = digest.partition(":")
    if hashlib.new(algorithm, content).hexdigest() != expected:
        raise DigestMismatch(upstream, f"the content of {digest[:19]}… is not what it should be")
