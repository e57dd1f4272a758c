"""How a person can connect one in the console."""

from __future__ import annotations

from typing import Final

from integrations.etcd.settings import EtcdSettings
from integrations.form import FormField, FormInput, Way

__all__ = ["WAYS", "destinations"]

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
        ),
    ),
)


def destinations(settings: EtcdSettings) -> list[str]:
    """The addresses it leads to."""
    return list(settings.endpoints)
