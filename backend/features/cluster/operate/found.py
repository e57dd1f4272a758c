"""The object an action is of, as the cluster has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.kubernetes import ResourceKind

__all__ = ["Found"]


@dataclass(frozen=True, slots=True)
class Found:
    """`raw` is the document; of kinds whose values are never read, its metadata."""

    kind: ResourceKind
    namespace: str
    name: str
    raw: dict[str, Any]

    @property
    def meta(self) -> dict[str, Any]:
        """Its metadata."""
        return _mapping(self.raw.get("metadata"))

    @property
    def spec(self) -> dict[str, Any]:
        """What is asked for; of a custom kind it may be anything."""
        return _mapping(self.raw.get("spec"))

    @property
    def status(self) -> dict[str, Any]:
        """How it is."""
        return _mapping(self.raw.get("status"))

    @property
    def uid(self) -> str:
        """Of this very object: another one of its name has another."""
        return str(self.meta.get("uid") or "")

    @property
    def resource_version(self) -> str:
        """Grows with every change, also of its status."""
        return str(self.meta.get("resourceVersion") or "")

    @property
    def generation(self) -> int:
        """Grows when what is asked for changes; 0 for kinds that do not count."""
        return int(self.meta.get("generation") or 0)

    @property
    def version(self) -> str:
        """What a change is guarded by: the object and what is asked of it. Its status changes all
        the time, and no change here depends on that. Of kinds that do not count what is asked for
        it is every change, but for a node's: it says all the time that it is there."""
        if self.generation or (self.kind.plural == "nodes" and not self.kind.custom):
            return f"{self.uid}.{self.generation}"
        return f"{self.uid}.r{self.resource_version}"

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return _mapping(self.meta.get("labels"))

    @property
    def annotations(self) -> dict[str, str]:
        """Its annotations."""
        return _mapping(self.meta.get("annotations"))

    @property
    def words(self) -> str:
        """``Deployment web``."""
        return f"{self.kind.kind} {self.name}"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
