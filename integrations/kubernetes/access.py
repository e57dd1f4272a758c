"""From a connection's settings to the way into its API server."""

from __future__ import annotations

from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.kubernetes.auth.in_cluster import load_in_cluster
from integrations.kubernetes.auth.kubeconfig import load_kubeconfig, read_kubeconfig
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["load_access"]


def load_access(settings: ConnectionSettings, upstream: str) -> Access:
    """The access. Blocking: reads files. Raises `ConfigurationError`."""
    if settings.in_cluster:
        return load_in_cluster(upstream)
    if text := settings.kubeconfig_data.get_secret_value():
        return read_kubeconfig(text.encode(), upstream, context=settings.context)
    if settings.kubeconfig is not None:
        return load_kubeconfig(
            settings.kubeconfig,
            upstream,
            context=settings.context,
            allow_exec=settings.allow_exec,
        )
    return Access(
        server=settings.server.rstrip("/"),
        credentials=StaticCredential(ClientCredential(token=settings.token.get_secret_value())),
        ca=settings.ca_data.encode() if settings.ca_data else None,
    )
