"""Rows of the Images page."""

from __future__ import annotations

from backend.live.row import Row

__all__ = ["RepositoryRow", "TagRow"]


class RepositoryRow(Row, frozen=True):
    """One repository. `pushed` (Unix seconds) is the newest push seen, else the newest image's
    own date; `reason` says why it could not be read; `running` counts pods that ask for it,
    `behind` those of them that run what one of its tags pointed at before. `signed`, `attested` and
    `sbom`: of how many of its images one is attached (``3/12``), which nobody verified here; empty
    where it has none, or none of them was looked at yet."""

    registry: str
    name: str
    state: str
    tags: int
    pushed: float | None
    reason: str
    running: int | None = 0
    behind: int | None = 0
    signed: str = ""
    attested: str = ""
    sbom: str = ""


class TagRow(Row, frozen=True):
    """One tag. `size` is the compressed bytes of the image (of an index: of one platform);
    `order` sorts versions as people do; times are Unix seconds; `signed`: a signature is
    attached, which nobody verified here; `running` counts the pods that run its very digest,
    `behind` those that ask for the tag and run another, which no registry's tag of this name
    points at: it moved since they started."""

    registry: str
    repository: str
    name: str
    order: str
    kind: str
    digest: str
    platforms: tuple[str, ...]
    size: int | None
    created: float | None
    pushed: float | None
    badges: tuple[str, ...]
    signed: bool | None
    media_type: str
    reason: str
    running: int | None = 0
    behind: int | None = 0
