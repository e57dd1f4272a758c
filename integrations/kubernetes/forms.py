"""The ways a person can connect a cluster in the console."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from integrations.form import FormField, FormInput, FormOption, Way
from integrations.guarded import proxy_name
from integrations.kubernetes.access import load_access
from integrations.kubernetes.auth.kubeconfig import contexts_in
from integrations.kubernetes.settings import ConnectionSettings, RightsSource

__all__ = ["WAYS", "choices", "decides", "destinations"]

_RIGHTS: Final = FormField(
    "rights",
    "Whose rights decide",
    FormInput.RADIO,
    limits=True,
    help="They decide what a person is shown of the cluster, and may change in it.",
    options=(
        FormOption(
            RightsSource.BOTH.value,
            "The console's and the cluster's",
            "The cluster is asked as the person, by impersonation: as the user craton:<login> in "
            "the groups craton:<role> and craton:<role>:<namespace>. Who is given nothing there "
            "sees nothing of it here. kubectl through the console needs this.",
        ),
        FormOption(
            RightsSource.CONSOLE.value,
            "The console's alone",
            "Everybody acts with the rights of this connection, as far as their roles here go.",
        ),
    ),
    initial=RightsSource.BOTH.value,
    unset=RightsSource.CONSOLE.value,
)
"""Identity reference, section 2.5: a new connection lets the cluster decide too."""

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
            _RIGHTS,
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
            _RIGHTS,
        ),
    ),
    Way(
        "in-cluster",
        "The cluster the console runs in",
        "By the console's own service account. The Helm chart gives it a read-only role.",
        (_RIGHTS,),
        {"in_cluster": True},
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


def decides(settings: ConnectionSettings) -> str:
    """Whose rights decide there: ``console`` or ``both``."""
    return settings.rights.value
