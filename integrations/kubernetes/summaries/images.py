"""What the name of an image says: which repository, which tag."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ImageName", "image_name"]


class ImageName(NamedTuple):
    """An image as a container asks for it, without the registry's host: clusters and this
    console may know one registry by different names. `tag` is empty where a digest is asked
    for alone."""

    repository: str
    tag: str

    @property
    def reference(self) -> str:
        """``repository:tag``; empty where no tag is asked for."""
        return f"{self.repository}:{self.tag}" if self.tag else ""


def image_name(image: str) -> ImageName:
    """Take ``127.0.0.1:5000/shop/cart:1.9.0@sha256:…`` apart; without tag and digest it is
    ``latest``."""
    path, pinned, _ = image.partition("@")
    first, slash, rest = path.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        path = rest
    head, colon, tag = path.rpartition(":")
    if colon and "/" not in tag:
        return ImageName(head, tag)
    return ImageName(path, "" if pinned else "latest")
