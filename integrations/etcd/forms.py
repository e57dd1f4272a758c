"""How a person can connect one in the console."""

from __future__ import annotations

from typing import Final

from integrations.etcd.settings import KUBERNETES_PREFIX, Changes, EtcdSettings, KubernetesKeys
from integrations.form import FormField, FormInput, FormOption, Way

__all__ = ["WAYS", "destinations"]

_CHANGES: Final = FormField(
    "changes",
    "Changes from the console",
    FormInput.RADIO,
    help="Whether keys may be created, changed and deleted here at all.",
    options=(
        FormOption(
            Changes.FORBIDDEN.value, "Forbidden", "Everybody only reads, whatever their roles say."
        ),
        FormOption(
            Changes.ALLOWED.value,
            "Allowed",
            "Whoever holds the rights to create, update or delete keys may use them. Each change "
            "is guarded against others' and recorded.",
        ),
    ),
    initial=Changes.FORBIDDEN.value,
    unset=Changes.FORBIDDEN.value,
)

_KUBERNETES_KEYS: Final = FormField(
    "kubernetes_keys",
    "Kubernetes' own keys",
    FormInput.RADIO,
    limits=True,
    help="A change below an API server, past its checks, can lose a cluster.",
    options=(
        FormOption(KubernetesKeys.PROTECTED.value, "Only read", "Also where changes are allowed."),
        FormOption(
            KubernetesKeys.WRITABLE.value,
            "May be changed",
            "For repairs that no API server can do. Only who may connect systems for the whole "
            "organisation can choose this.",
        ),
    ),
    initial=KubernetesKeys.PROTECTED.value,
    unset=KubernetesKeys.PROTECTED.value,
)

_KUBERNETES_PREFIX: Final = FormField(
    "kubernetes_prefix",
    "Prefix of Kubernetes' keys",
    limits=True,
    help="What the API server is given as --etcd-prefix; empty: /registry/.",
    placeholder=KUBERNETES_PREFIX,
)

WAYS: Final = (
    Way(
        "endpoints",
        "Endpoints",
        "The members' client URLs, with TLS and a user where the cluster asks for them.",
        (
            FormField(
                "endpoints",
                "Endpoints",
                FormInput.URLS,
                required=True,
                destination=True,
                help="One a line: scheme, host and port.",
                placeholder="https://etcd-1.example:2379",
            ),
            FormField(
                "ca_data",
                "CA certificate",
                FormInput.PEM,
                destination=True,
                help="Empty: the certificate authorities this machine trusts.",
            ),
            FormField("cert_data", "Client certificate", FormInput.PEM),
            FormField("key_data", "Client key", FormInput.PEM, secret=True),
            FormField("username", "User name"),
            FormField("password", "Password", FormInput.PASSWORD, secret=True),
            FormField(
                "prefix",
                "Prefix",
                destination=True,
                limits=True,
                help="Only keys below it are watched and shown; empty: every key.",
                placeholder="/config/",
            ),
            _CHANGES,
            _KUBERNETES_KEYS,
            _KUBERNETES_PREFIX,
        ),
    ),
)


def destinations(settings: EtcdSettings) -> list[str]:
    """The addresses it leads to."""
    return list(settings.endpoints)
