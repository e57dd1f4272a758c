"""How mirrors are told the files of packages that lie in different places: flat names under one
code base, each leading to its package (updates 2.3, "hosted names unique under one base")."""

from __future__ import annotations

from typing import Final

__all__ = ["BY_PACKAGE", "name_by_package", "split_by_package"]


BY_PACKAGE: Final = "package/"
"""Below the hosted payloads: files by the package they are of, wherever they lie."""


def name_by_package(package_id: int, name: str) -> str:
    """A file's name below `BY_PACKAGE`. It ends in the original name, because post-install
    looks for `*oem-<ID>.gz`."""
    return f"{package_id}-{name}"


def split_by_package(name: str) -> tuple[int, str] | None:
    """The package and the file that `name_by_package` named, if it did."""
    number, dash, file = name.partition("-")
    if not (dash and file and number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return int(number), file
