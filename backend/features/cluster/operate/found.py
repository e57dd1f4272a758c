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
        return self.raw.get("metadata") or {}

    @property
    def spec(self) -> dict[str, Any]:
        """What is asked for."""
        return self.raw.get("spec") or {}

    @property
    def status(self) -> dict[str, Any]:
        """How it is."""
        return self.raw.get("status") or {}

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
        the time, and no change here depends on that."""
        return f"{self.uid}.{self.generation}"

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return self.meta.get("labels") or {}

    @property
    def annotations(self) -> dict[str, str]:
        """Its annotations."""
        return self.meta.get("annotations") or {}

    @property
    def words(self) -> str:
        """``Deployment web``."""
        return f"{self.kind.kind} {self.name}"
