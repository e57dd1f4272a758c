"""Names of hosted files. All payloads share one base URL, so a name is unique in the service
(updates reference, section 2.3: syncers share urls between manifests)."""

from __future__ import annotations

import re
from typing import Final

from backend.omaha.payloads.errors import PayloadRefused

MAX_NAME: Final = 200

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def check_name(name: str, field: str = "name") -> str:
    """`name` when it can stand in a URL path and a file system as it is; else `PayloadRefused`."""
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        raise PayloadRefused(
            f"{field} must begin with a letter or digit, hold only letters, digits, "
            f"dots, plus and minus signs and underscores, and have at most {MAX_NAME} characters.",
            field=field,
        )
    return name


def payload_name(arch: str, version: str) -> str:
    """The hosted name of a release's main payload, e.g. ``flatcar-amd64-4593.2.5.gz``."""
    return check_name(f"flatcar-{arch}-{version}.gz")


def extra_name(arch: str, version: str, original: str) -> str:
    """The hosted name of an extra file. It ends in the original name, because post-install
    looks for ``*oem-<ID>.gz`` and ``*flatcar-<name>.gz`` (updates reference, section 2.3)."""
    return check_name(f"extrafile-{arch}-{version}-{original}")
