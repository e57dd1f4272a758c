"""Access from inside a pod: the mounted service account."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from integrations.kubernetes.auth.access import Access
from integrations.kubernetes.auth.token_file import TokenFile
from integrations.kubernetes.errors import ConfigurationError

__all__ = ["load_in_cluster"]

MOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def load_in_cluster(
    upstream: str, *, env: Mapping[str, str] | None = None, mount: Path = MOUNT
) -> Access:
    """The access every pod has. Blocking. Raises `ConfigurationError` outside a pod."""
    env = os.environ if env is None else env
    host, port = env.get("KUBERNETES_SERVICE_HOST"), env.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        message = "this is not a pod: KUBERNETES_SERVICE_HOST and _PORT are not set"
        raise ConfigurationError(upstream, message)
    try:
        ca = (mount / "ca.crt").read_bytes()
    except OSError as error:
        message = f"the service account's ca.crt cannot be read: {error.strerror}"
        raise ConfigurationError(upstream, message) from error
    address = f"[{host}]" if ":" in host else host
    return Access(
        server=f"https://{address}:{port}",
        credentials=TokenFile(mount / "token", upstream),
        ca=ca,
    )
