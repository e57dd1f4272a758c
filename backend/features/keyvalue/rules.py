"""What may be changed through a connection at all, whoever asks (reference, section 12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from backend.errors import Conflict
from integrations.etcd.envelope import MAGIC
from integrations.etcd.keytext import key_text
from integrations.etcd.settings import Changes, EtcdSettings, KubernetesKeys

__all__ = ["ReadOnly", "check_key", "check_range", "key_refusal", "range_refusal", "store_refusal"]

COMPACTION: Final = b"compact_rev_key"
"""Where API servers agree on what they compact; below no prefix."""
_ENCRYPTED: Final = b"k8s:enc:"
_HEAD: Final = 16 * 1024
_WRITTEN: Final = (b'"apiVersion":', b'"kind":', b'"metadata":', b'"creationTimestamp":', b'"uid":')


class ReadOnly(Conflict):
    """409: it is switched off for this connection or these keys."""

    slug, title = "read-only", "It is only read here"


def store_refusal(settings: EtcdSettings) -> str:
    """Why nothing may be changed, and who can change that; empty where changes are allowed."""
    if settings.changes is Changes.ALLOWED:
        return ""
    if settings.typed:
        way = f"Who may change its settings can allow them (Connections, etcd, {settings.name})."
    else:
        way = 'Who keeps the configuration it is declared in can allow them: changes = "allowed".'
    return f"Changes from the console are switched off for the etcd {settings.name}. {way}"


def key_refusal(settings: EtcdSettings, key: bytes, value: bytes = b"") -> str:
    """Why this key may not be changed; `value` is what it holds: an API server with another prefix
    is known by it."""
    if refusal := store_refusal(settings):
        return refusal
    if not key.startswith(settings.prefix.encode()):
        return (
            f"This connection shows and changes keys below {settings.prefix} only: "
            f"{key_text(key)[:200]} is outside."
        )
    if settings.kubernetes_keys is KubernetesKeys.WRITABLE:
        return ""
    prefix = settings.kubernetes_prefix.encode()
    if key.startswith(prefix) or key == COMPACTION or _is_kubernetes(value):
        return (
            "This key is Kubernetes' own and only read here: a change past the API server's checks "
            "can lose the cluster. An owner of the organisation can allow it in the settings of "
            "the connection."
        )
    return ""


def check_key(settings: EtcdSettings, key: bytes, value: bytes = b"") -> None:
    """Raise `ReadOnly` for a key that may not be changed."""
    if refusal := key_refusal(settings, key, value):
        raise ReadOnly(refusal)


def range_refusal(settings: EtcdSettings, prefix: bytes, values: Iterable[bytes]) -> str:
    """Why the keys below `prefix` may not be changed together: a range around Kubernetes' keys is
    as bad as one inside. `values` are what some of them hold."""
    if refusal := key_refusal(settings, prefix):
        return refusal
    if settings.kubernetes_keys is KubernetesKeys.WRITABLE:
        return ""
    kept = settings.kubernetes_prefix.encode()
    touched = kept.startswith(prefix) or COMPACTION.startswith(prefix)
    if touched or any(_is_kubernetes(value) for value in values):
        return (
            "Keys of Kubernetes lie in this folder, and they are only read here: choose a narrower "
            "one. An owner of the organisation can allow it in the settings of the connection."
        )
    return ""


def check_range(settings: EtcdSettings, prefix: bytes, values: Iterable[bytes]) -> None:
    """Raise `ReadOnly` for a range that may not be changed."""
    if refusal := range_refusal(settings, prefix, values):
        raise ReadOnly(refusal)


def _is_kubernetes(value: bytes) -> bool:
    """Encrypted, protobuf, or (custom resources, definitions) JSON that an API server wrote."""
    if value.startswith((_ENCRYPTED, MAGIC)):
        return True
    head = value[:_HEAD]
    return head.startswith(b"{") and all(word in head for word in _WRITTEN)
