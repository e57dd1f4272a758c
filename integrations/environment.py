"""What a program that we start gets to see of our environment.

The console's own holds database passwords, tokens and key rings. A child gets what it needs to
run and to reach the network, and what its caller names; never `CRATON_*`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final

__all__ = ["CLOUD", "PROXIES", "minimal_environment"]

_BASE: Final = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LC_ALL", "LC_CTYPE",
    "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
PROXIES: Final = tuple(
    name
    for base in ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
    for name in (base, base.upper())
)
"""How to reach the network; a proxy's URL may hold its password."""
CLOUD: Final = (
    "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_STS_REGIONAL_ENDPOINTS",
    "AZURE_CONFIG_DIR", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_AUTHORITY_HOST",
    "CLOUDSDK_CONFIG", "CLOUDSDK_ACTIVE_CONFIG_NAME", "GOOGLE_APPLICATION_CREDENTIALS",
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
)  # fmt: skip
"""Which account and where its files are, for credential programs; secrets themselves belong
into these files or into the `env` of the kubeconfig's `exec`."""


def minimal_environment(*further: Iterable[str]) -> dict[str, str]:
    """The variables a program needs to run, and those of our environment named in `further`."""
    names = (*_BASE, *(name for group in further for name in group))
    return {name: os.environ[name] for name in names if name in os.environ}
