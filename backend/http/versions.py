"""Optimistic concurrency: a row's version is its ETag, and a change names the one it means.

RFC 9110 section 13.1.1: 428 without `If-Match`, 412 with a stale one; the 412 carries the
present representation, so that a caller can merge without asking again. A weak tag is taken for
its strong one: a proxy that packs answers (nginx with `gzip`) makes it so, and it still names the
version.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import BaseModel

from backend.errors import PreconditionFailed, PreconditionRequired

IfMatch = Annotated[
    str | None,
    Header(max_length=64, description='ETag of the version to change, e.g. "3"; required'),
]


def etag(version: int) -> str:
    """The strong tag of a version."""
    return f'"{version}"'


def tagged(response: Response, version: int) -> None:
    """Put the tag on an answer."""
    response.headers["ETag"] = etag(version)


def check(if_match: str | None, version: int, current: BaseModel) -> None:
    """Let a change of `version` pass, or raise `PreconditionRequired`/`PreconditionFailed`."""
    headers = {"ETag": etag(version)}
    if if_match is None:
        raise PreconditionRequired(
            "Send If-Match with the ETag of the version you read, so that nobody's change is "
            "overwritten.",
            headers=headers,
        )
    if etag(version) not in {tag.strip().removeprefix("W/") for tag in if_match.split(",")}:
        raise stale(version, current)


def stale(version: int, current: BaseModel) -> PreconditionFailed:
    """The 412 that shows what the object is now."""
    body: Any = current.model_dump(mode="json")
    return PreconditionFailed(
        f"Somebody else changed it meanwhile; it is now version {version}. Look at the present "
        "values and try again.",
        headers={"ETag": etag(version)},
        current=body,
    )
