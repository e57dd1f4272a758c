"""Read the local stack's status file: its components for the page, its connections for us."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

from integrations.etcd.settings import EtcdSettings
from integrations.kubernetes.settings import ConnectionSettings as KubernetesSettings
from integrations.registry.settings import RegistrySettings

__all__ = ["StackStatus", "read_stack_status"]

_MAX_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StackStatus:
    """What the file says. `present` is False when no local stack was ever started here."""

    present: bool = False
    running: bool = False
    updated: str = ""
    components: tuple[dict[str, Any], ...] = ()
    kubernetes: tuple[KubernetesSettings, ...] = ()
    etcd: tuple[EtcdSettings, ...] = ()
    registry: tuple[RegistrySettings, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


def read_stack_status(file: Path) -> StackStatus:
    """The present status; an unreadable or foreign file counts as no stack."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            return StackStatus()
        document = json.loads(file.read_text())
        return _parse(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return StackStatus()


def _parse(document: dict[str, Any]) -> StackStatus:
    declared = document.get("connections", {})
    return StackStatus(
        present=True,
        running=_alive(document.get("pid")),
        updated=str(document.get("updated", "")),
        components=tuple(document.get("components", ())),
        kubernetes=tuple(_kubernetes(c) for c in declared.get("kubernetes", ())),
        etcd=tuple(_etcd(c) for c in declared.get("etcd", ())),
        registry=tuple(_registry(c) for c in declared.get("registry", ())),
    )


def _alive(pid: object) -> bool:
    return isinstance(pid, int) and psutil.pid_exists(pid)


def _kubernetes(record: dict[str, Any]) -> KubernetesSettings:
    return KubernetesSettings.model_validate(
        {"name": record["name"], "kubeconfig": record["kubeconfig"]}
    )


def _etcd(record: dict[str, Any]) -> EtcdSettings:
    wanted = {key: record[key] for key in ("name", "endpoints", "ca", "cert", "key")}
    return EtcdSettings.model_validate(wanted)


def _registry(record: dict[str, Any]) -> RegistrySettings:
    wanted = {key: record[key] for key in ("name", "url", "webhook_secret_file") if key in record}
    return RegistrySettings.model_validate(wanted)
