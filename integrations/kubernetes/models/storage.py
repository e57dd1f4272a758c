"""Persistent volumes and claims."""

from __future__ import annotations

import msgspec

from integrations.kubernetes.models.core import Reference
from integrations.kubernetes.models.meta import Condition, Meta, Slim
from integrations.kubernetes.models.pods import Resources

__all__ = ["PersistentVolume", "PersistentVolumeClaim"]


class VolumeSpec(Slim):
    """What a volume offers and who claimed it."""

    capacity: dict[str, str] = {}
    access_modes: list[str] = []
    storage_class_name: str = ""
    volume_mode: str = ""
    persistent_volume_reclaim_policy: str = ""
    claim_ref: Reference | None = None


class VolumeStatus(Slim):
    """``Available``, ``Bound``, ``Released`` or ``Failed``, and why."""

    phase: str = ""
    reason: str = ""
    message: str = ""


class PersistentVolume(Slim):
    """A persistent volume."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: VolumeSpec = msgspec.field(default_factory=VolumeSpec)
    status: VolumeStatus = msgspec.field(default_factory=VolumeStatus)


class ClaimSpec(Slim):
    """What a claim asks for."""

    access_modes: list[str] = []
    storage_class_name: str = ""
    volume_name: str = ""
    volume_mode: str = ""
    resources: Resources = msgspec.field(default_factory=Resources)


class ClaimStatus(Slim):
    """``Pending``, ``Bound`` or ``Lost``."""

    phase: str = ""
    capacity: dict[str, str] = {}
    access_modes: list[str] = []
    conditions: list[Condition] = []


class PersistentVolumeClaim(Slim):
    """A claim on storage."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: ClaimSpec = msgspec.field(default_factory=ClaimSpec)
    status: ClaimStatus = msgspec.field(default_factory=ClaimStatus)
