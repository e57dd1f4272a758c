"""What can go wrong with a payload; all end as problem+json (`backend.errors.Problem`).

Tree::

    Problem
    ├── PayloadNotFound     no such hosted file, or its bytes are gone            404
    ├── UploadNotFound      the upload never was, was finished, or has expired    404
    ├── ImportNotFound      the import never was, or is forgotten                 404
    ├── UploadConflict      wrong offset, or somebody else is writing             409
    ├── NameTaken           the name already serves other bytes                   409
    ├── FileTooLarge        more bytes than announced or allowed                  413
    ├── PayloadRefused      not what it should be: header, size, checksum, name   422
    ├── SourceFailed        a directory or mirror did not give what it should     502
    ├── PayloadsAway        the database is away, come again                      503
    └── StorageFull         the disk has no room for it                           507
"""

from __future__ import annotations

from backend.errors import (
    Conflict,
    NotFoundProblem,
    PayloadTooLarge,
    Problem,
    Unavailable,
    Unprocessable,
    UpstreamBroken,
)

__all__ = [
    "FileTooLarge",
    "ImportNotFound",
    "NameTaken",
    "PayloadNotFound",
    "PayloadRefused",
    "SourceFailed",
    "StorageFull",
    "UploadConflict",
    "UploadNotFound",
]


class PayloadNotFound(NotFoundProblem):
    """No hosted file has that name, or its bytes are no longer on disk."""

    slug, title = "payload-not-found", "No such payload"


class UploadNotFound(NotFoundProblem):
    """The upload does not exist, was finished or given up, or has expired."""

    slug, title = "upload-not-found", "No such upload"


class ImportNotFound(NotFoundProblem):
    """The import does not exist, or was forgotten after many others."""

    slug, title = "import-not-found", "No such import"


class UploadConflict(Conflict):
    """Bytes came for another place than the next one, or from two writers at once. The member
    `offset` says where the upload stands: continue there."""

    slug, title = "upload-conflict", "The upload stands elsewhere"

    def __init__(self, detail: str, *, offset: int) -> None:
        super().__init__(detail, headers={"Upload-Offset": str(offset)}, offset=offset)
        self.offset = offset


class NameTaken(Conflict):
    """The name already serves other bytes; machines may be downloading them."""

    slug, title = "payload-name-taken", "The name is taken"


class FileTooLarge(PayloadTooLarge):
    """More bytes than were announced, or than the service accepts."""

    slug, title = "payload-file-too-large", "The payload is too large"


class PayloadRefused(Unprocessable):
    """The bytes or their description are not what they should be. `field` names the input."""

    slug, title = "payload-refused", "The payload was refused"

    def __init__(self, detail: str, *, field: str = "file") -> None:
        super().__init__(detail, errors=[{"field": field, "message": detail}])
        self.field = field


class SourceFailed(UpstreamBroken):
    """The directory or mirror to import from did not give what it should."""

    slug, title = "release-source-failed", "The release source failed"


class StorageFull(Problem):
    """The payload directory has no room for the file."""

    status, slug, title = 507, "payload-storage-full", "No room for the payload"


class PayloadsAway(Unavailable):
    """What a name serves cannot be looked up now; clients come again after `Retry-After`."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "30"})
