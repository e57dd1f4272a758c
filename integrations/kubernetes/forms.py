"""The ways a person can connect a cluster in the console."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from integrations.form import FormField, FormInput, Way
from integrations.guarded import proxy_name
from integrations.kubernetes.access import load_access
from integrations.kubernetes.auth.kubeconfig import contexts_in
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["WAYS", "choices", "destinations"]

WAYS: Final = (
    Way(
        "kubeconfig",
        "Kubeconfig",
        "Paste or upload one with its certificates and token inside "
        "(kubectl config view --flatten --minify --raw).",
        (
            FormField(
                "kubeconfig_data",
                "Kubeconfig",
                FormInput.FILE,
                required=True,
                secret=True,
                help="One that names files or runs a program (exec) is refused: only the "
                "configuration on the console's disk may do that.",
            ),
            FormField(
                "context",
                "Context",
                FormInput.CHOICE,
                destination=True,
                help="Empty: the file's current context.",
            ),
        ),
    ),
    Way(
        "token",
        "Address, token and CA",
        "A service account's token, for instance.",
        (
            FormField(
                "server",
                "API server",
                FormInput.URL,
                required=True,
                destination=True,
                placeholder="https://cluster.example:6443",
            ),
            FormField("token", "Token", FormInput.PASSWORD, required=True, secret=True),
            FormField(
                "ca_data",
                "CA certificate",
                FormInput.PEM,
                destination=True,
                help="Empty: the certificate authorities this machine trusts.",
            ),
        ),
    ),
    Way(
        "in-cluster",
        "The cluster the console runs in",
        "By the console's own service account. The Helm chart gives it a read-only role.",
        preset={"in_cluster": True},
    ),
)


def choices(field: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(value, what speaks against it) for a field of choice. Raises `ConfigurationError`."""
    text = str(values.get("kubeconfig_data") or "")
    if field != "context" or not text:
        return []
    return contexts_in(text.encode(errors="replace"), "the kubeconfig")


def destinations(settings: ConnectionSettings) -> list[str]:
    """The addresses it leads to, a proxy's too. Blocking; raises `ConfigurationError`."""
    access = load_access(settings, f'Kubernetes "{settings.name}"')
    return list(filter(None, (access.server, proxy_name(access.proxy))))
