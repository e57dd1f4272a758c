"""Persistent volumes and claims."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from integrations.kubernetes.models.core import Reference
from integrations.kubernetes.models.meta import Condition, Meta, Slim
from integrations.kubernetes.models.pods import Resources

__all__ = ["PersistentVolume", "PersistentVolumeClaim"]


class Place(Slim):
    """Where a volume's data lie, by whichever words its kind of storage has for it."""

    driver: str = ""
    volume_handle: str = ""
    server: str = ""
    path: str = ""
    volume_id: str = msgspec.field(default="", name="volumeID")
    volume_path: str = ""
    pd_name: str = ""
    disk_name: str = ""
    pd_id: str = msgspec.field(default="", name="pdID")
    volume_name: str = ""
    dataset_name: str = ""
    registry: str = ""
    volume: str = ""
    endpoints: str = ""
    wwids: list[str] = []
    target_wwns: list[str] = msgspec.field(default_factory=list, name="targetWWNs")
    share_name: str = ""
    target_portal: str = ""
    iqn: str = ""
    lun: int = 0
    pool: str = ""
    image: str = ""

    @property
    def handle(self) -> str:
        """What the storage calls it: ``server:/path``, an identifier, a path."""
        for host, place in ((self.server, self.path), (self.registry, self.volume)):
            if host:
                return f"{host}:{place}"
        if self.endpoints:
            return f"{self.endpoints}/{self.path}"
        if worldwide := (*self.target_wwns, *self.wwids):
            return f"{worldwide[0]} lun {self.lun}" if self.target_wwns else worldwide[0]
        if self.iqn:
            return f"{self.target_portal} {self.iqn} lun {self.lun}"
        if self.image:
            return f"{self.pool}/{self.image}"
        known = (self.volume_handle, self.volume_id, self.volume_path, self.pd_name)
        named = (self.disk_name, self.share_name, self.pd_id, self.volume_name, self.dataset_name)
        return next(filter(None, (*known, *named, self.path)), "")


class Located(NamedTuple):
    """By which driver a volume is reached, and what the storage calls it."""

    driver: str
    handle: str


class VolumeSpec(Slim):
    """What a volume offers, who claimed it and where it lies."""

    capacity: dict[str, str] = {}
    access_modes: list[str] = []
    storage_class_name: str = ""
    volume_mode: str = ""
    persistent_volume_reclaim_policy: str = ""
    claim_ref: Reference | None = None
    mount_options: list[str] = []
    csi: Place | None = None
    nfs: Place | None = None
    host_path: Place | None = None
    local: Place | None = None
    iscsi: Place | None = None
    rbd: Place | None = None
    cephfs: Place | None = None
    flex_volume: Place | None = None
    aws_elastic_block_store: Place | None = None
    gce_persistent_disk: Place | None = None
    azure_disk: Place | None = None
    azure_file: Place | None = None
    vsphere_volume: Place | None = None
    cinder: Place | None = None
    fc: Place | None = None
    glusterfs: Place | None = None
    portworx_volume: Place | None = None
    quobyte: Place | None = None
    scale_io: Place | None = msgspec.field(default=None, name="scaleIO")
    storageos: Place | None = None
    flocker: Place | None = None
    photon_persistent_disk: Place | None = None

    @property
    def source(self) -> Located:
        """Of a volume that no driver serves, the kind of storage is told for it."""
        for name in _PLACES:
            place: Place | None = getattr(self, name)
            if place is not None:
                return Located(place.driver or _WIRE[name], place.handle)
        return Located("", "")


_PLACES: Final = (
    *("csi", "nfs", "host_path", "local", "iscsi", "rbd", "cephfs", "flex_volume"),
    *("aws_elastic_block_store", "gce_persistent_disk", "azure_disk", "azure_file"),
    *("vsphere_volume", "cinder", "fc", "glusterfs", "portworx_volume", "quobyte", "scale_io"),
    *("storageos", "flocker", "photon_persistent_disk"),
)


_WIRE: Final = dict(
    zip(VolumeSpec.__struct_fields__, VolumeSpec.__struct_encode_fields__, strict=True)
)
"""What the API calls each."""


class VolumeStatus(Slim):
    """``Available``, ``Bound``, ``Released`` or ``Failed``, since when and why."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    last_phase_transition_time: datetime | None = None


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
