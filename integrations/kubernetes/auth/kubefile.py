"""The content of kubeconfig files, read and merged as client-go does.

`Part` is one named entry with the file it comes from: relative paths are relative to that file,
also after files are merged. Of several files the first that has a name wins, as has the first
that sets the current context; a file of the list that is not there is left out.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from integrations.kubernetes.errors import ConfigurationError

__all__ = ["KubeFile", "Part", "files_in", "merged", "parsed", "read_bytes"]

MAX_BYTES: Final = 1024 * 1024
MAX_FILES: Final = 16
_KINDS: Final = {"contexts": "context", "clusters": "cluster", "users": "user"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Which file something is said in, for its paths and for its errors. `uploaded`: it stands
    alone, and may name no other file."""

    upstream: str
    file: Path
    uploaded: bool = False

    def error(self, message: str) -> ConfigurationError:
        """`message` under the file's name."""
        return ConfigurationError(self.upstream, f"kubeconfig {self.file.name}: {message}")


@dataclass(frozen=True, slots=True)
class Part:
    """One context, cluster or user. Wrong types are errors, not surprises."""

    name: str
    fields: Mapping[str, Any]
    origin: Origin

    def error(self, message: str) -> ConfigurationError:
        """`message` under the name of its file."""
        return self.origin.error(message)

    def text(self, word: str) -> str | None:
        """The text under `word`; None where it is absent or empty."""
        return _text(self.fields, word, self.origin)

    def items(self, word: str) -> list[Any]:
        """The list under `word`, empty where it is absent."""
        return _items(self.fields, word, self.origin)

    def inner(self, word: str) -> Part | None:
        """The mapping under `word`, None where it is absent."""
        held = self.fields.get(word)
        return Part(self.name, held, self.origin) if isinstance(held, dict) else None

    def flag(self, word: str) -> bool:
        """Whether `word` is set."""
        held = self.fields.get(word)
        if held is not None and not isinstance(held, bool):
            raise self.error(f"{word} of {self.name!r} is neither true nor false")
        return held is True

    def material(self, word: str) -> bytes | None:
        """PEM data, inline (`word`-data, base64 that may be wrapped) or in a file (`word`)."""
        inline, path = self.text(f"{word}-data"), self.text(word)
        if inline and path:
            raise self.error(f"{self.name!r} has both {word}-data and {word}: keep one of them")
        if inline:
            try:
                return base64.b64decode(inline.translate(_LINE_ENDS), validate=True)
            except ValueError as error:  # also for text that is not ASCII
                raise self.error(f"{word}-data is not base64") from error
        return read_bytes(self.path(path), word, self.origin) if path else None

    def path(self, given: str) -> Path:
        """A path of the file, relative to it. Refused where it was uploaded."""
        if self.origin.uploaded:
            raise self.error(f"it names the file {given}: put its content inside (--flatten)")
        return self.origin.file.parent / given


_LINE_ENDS: Final = {ord("\r"): None, ord("\n"): None}
"""What Go's decoder passes over, and it alone."""


@dataclass(slots=True)
class KubeFile:
    """What one file says, or several together."""

    origin: Origin
    contexts: dict[str, Part] = field(default_factory=dict)
    clusters: dict[str, Part] = field(default_factory=dict)
    users: dict[str, Part] = field(default_factory=dict)
    current: str = ""

    def find(self, kind: str, name: str) -> Part:
        """The context, cluster or user of that name."""
        found: Part | None = getattr(self, f"{kind}s").get(name)
        if found is None:
            raise self.origin.error(f"it has no {kind} named {name!r}")
        return found


def files_in(path: Path) -> list[Path]:
    """The files that `path` names: itself, or a list as ``KUBECONFIG`` holds one."""
    text = str(path)
    if os.pathsep not in text or path.exists():
        return [path]
    return [Path(one) for one in dict.fromkeys(text.split(os.pathsep)) if one][:MAX_FILES]


def read_bytes(path: Path, what: str, origin: Origin) -> bytes:
    """The content of a file. Raises `ConfigurationError` naming it."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise origin.error(f"{what} {path} cannot be read: {reason}") from error
    if len(data) > MAX_BYTES:
        raise origin.error(f"{what} {path} is larger than 1 MiB")
    return data


def parsed(data: bytes, origin: Origin) -> KubeFile:
    """What a file says; a name that occurs twice is refused, as client-go does."""
    document = _document(data, origin)
    found = KubeFile(origin, current=_text(document, "current-context", origin) or "")
    for plural, kind in _KINDS.items():
        named: dict[str, Part] = getattr(found, plural)
        for entry in _items(document, plural, origin):
            if not isinstance(entry, dict):
                continue
            name = entry.get("name")
            if name is not None and not isinstance(name, str):
                said = f"{kind} name {name!r} is not text: write it in quotes"
                raise origin.error(said)
            if (name or "") in named:
                raise origin.error(f"it has two {plural} named {name!r}: rename one of them")
            held = entry.get(kind)
            named[name or ""] = Part(name or "", held if isinstance(held, dict) else {}, origin)
    return found


def merged(files: Iterable[KubeFile]) -> KubeFile:
    """Several as one: the first that says something about a name is believed."""
    first, *others = files
    for other in others:
        first.current = first.current or other.current
        for plural in _KINDS:
            getattr(first, plural).update(
                {k: v for k, v in getattr(other, plural).items() if k not in getattr(first, plural)}
            )
    return first


def _document(data: bytes, origin: Origin) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise origin.error("it is larger than 1 MiB")
    try:
        # The first document, as kubectl: whatever follows is not read.
        document = next(yaml.load_all(data, Loader=yaml.CSafeLoader), None)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # Not only its own errors: 2026-99-99 is no date, and nesting has no end.
        raise origin.error("it is not YAML") from error
    if document is None:
        return {}  # empty, or of comments alone: an empty one, as for client-go
    if not isinstance(document, dict):
        raise origin.error("it is not a kubeconfig")
    kind = _text(document, "kind", origin)
    if kind is not None and kind != "Config":
        raise origin.error(f"it is a {kind}, not a kubeconfig (kind: Config)")
    version = _text(document, "apiVersion", origin)
    if version not in {None, "v1"}:
        raise origin.error(f"its apiVersion is {version}: kubeconfigs are v1")
    return document


def _text(fields: Mapping[str, Any], word: str, origin: Origin) -> str | None:
    value = fields.get(word)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        # Never the value: it may be a token of digits.
        raise origin.error(f"{word} is not text: write it in quotes")
    return value


def _items(fields: Mapping[str, Any], word: str, origin: Origin) -> list[Any]:
    value = fields.get(word)
    if value is None:
        return []
    if not isinstance(value, list):
        raise origin.error(f"{word} is not a list")
    return value
