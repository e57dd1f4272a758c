"""What a person wrote, as objects; what is wrong with it names its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from backend.errors import FieldError, Unprocessable
from integrations.contract import Invalid
from integrations.kubernetes.kinds import group_of
from integrations.kubernetes.yamlread import Document, YamlFault, documents

__all__ = ["MOST", "Manifest", "manifests", "refused_text", "wrong_fields"]

MOST: Final = 100
"""Objects that are created at once."""
_STRICT: Final = re.compile(r'(unknown|duplicate) field "([^"]+)"')
_MISTYPED: Final = re.compile(
    r"cannot unmarshal (\S+) into Go struct field [^.\s]+\.(\S+) of type (\S+)"
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object as it was written; `within` is its path in its document (an entry of a List)."""

    value: dict[str, Any]
    document: Document = field(repr=False)
    within: str = ""

    @property
    def api_version(self) -> str:
        """``v1`` or ``group/version``."""
        return str(self.value.get("apiVersion") or "")

    @property
    def group(self) -> str:
        """Empty for the core group."""
        return group_of(self.api_version)

    @property
    def kind(self) -> str:
        """As manifests call it."""
        return str(self.value.get("kind") or "")

    @property
    def metadata(self) -> dict[str, Any]:
        """Its metadata."""
        found = self.value.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def name(self) -> str:
        """Its name, or the beginning of what it will be called."""
        return str(self.metadata.get("name") or self.metadata.get("generateName") or "")

    @property
    def namespace(self) -> str:
        """Where it says it lies; empty where it does not say."""
        return str(self.metadata.get("namespace") or "")

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.document.line_of(self.within) if self.within else self.document.line

    def line_of(self, path: str) -> int:
        """The line of one of its fields."""
        return self.document.line_of(f"{self.within}.{path}" if self.within else path)


def manifests(text: str, *, field_name: str = "yaml", most: int = MOST) -> list[Manifest]:
    """The objects in a text, those in a List one by one. Raises `Unprocessable` with lines."""
    try:
        found = [one for document in documents(text, most=most) for one in _objects(document)]
    except YamlFault as fault:
        raise refused_text(field_name, f"{fault.message}.".capitalize(), fault.line) from fault
    if len(found) > most:
        raise refused_text(field_name, f"There are more than {most} objects.", found[most].line)
    for one in found:
        _check(one, field_name)
    return found


def _objects(document: Document) -> Iterator[Manifest]:
    value = document.value
    if not isinstance(value, dict):
        raise YamlFault("an object is a mapping with apiVersion and kind", document.line)
    if value.get("kind") != "List" or value.get("apiVersion") != "v1":
        yield Manifest(value, document)
        return
    items = value.get("items") or []
    if not isinstance(items, list):
        raise YamlFault("the items of a List are a list", document.line_of("items"))
    for at, item in enumerate(items):
        if not isinstance(item, dict):
            line = document.line_of(f"items[{at}]")
            raise YamlFault("an object is a mapping with apiVersion and kind", line)
        yield Manifest(item, document, f"items[{at}]")


def _check(one: Manifest, field_name: str) -> None:
    for name in ("apiVersion", "kind"):
        if not isinstance(one.value.get(name), str) or not one.value[name]:
            raise refused_text(field_name, f"{name} is missing.", one.line)
    if not isinstance(one.value.get("metadata"), dict):
        raise refused_text(field_name, "metadata is missing.", one.line)
    for name in ("name", "generateName", "namespace"):
        if not isinstance(one.metadata.get(name, ""), str):
            path = f"metadata.{name}"
            sentence = f"{path} is text: put quotation marks around it."
            raise refused_text(field_name, sentence, one.line_of(path))
    if not one.name:
        sentence = "metadata.name is missing."
        raise refused_text(field_name, sentence, one.line_of("metadata"))


def refused_text(field_name: str, sentence: str, line: int) -> Unprocessable:
    """The text is refused for what stands in a line of it."""
    error = FieldError(field=field_name, message=sentence, line=line)
    return Unprocessable(f"Line {line}: {sentence}", errors=[error])


def wrong_fields(error: Invalid, manifest: Manifest) -> list[FieldError]:
    """What the API server found wrong, each with its line; empty where it named no field."""
    found = [
        FieldError(field=path, message=why, line=manifest.line_of(path))
        for path, why in error.causes
    ]
    if found:
        return found
    if wrong := _MISTYPED.search(error.message):
        given, path, wanted = wrong.groups()
        message = f"It is a {given} there, and the cluster wants {wanted}."
        return [FieldError(field=path, message=message, line=manifest.line_of(path))]
    return [
        FieldError(field=path, message=_SAID[word].format(path), line=manifest.line_of(path))
        for word, path in _STRICT.findall(error.message)
    ]


_SAID: Final = {
    "unknown": "The cluster knows no field {} there.",
    "duplicate": "The field {} is given twice.",
}
