"""How a person can connect one in the console."""

from __future__ import annotations

from typing import Final

from integrations.etcd.settings import EtcdSettings
from integrations.form import Field, Input, Way

__all__ = ["WAYS", "destinations"]

WAYS: Final = (
    Way(
        "endpoints",
        "Endpoints",
        "The members' client URLs, with TLS and a user where the cluster asks for them.",
        (
            Field(
                "endpoints",
                "Endpoints",
                Input.URLS,
                required=True,
                destination=True,
                help="One a line: scheme, host and port.",
                placeholder="https://etcd-1.example:2379",
            ),
            Field(
                "ca_data",
                "CA certificate",
                Input.PEM,
                destination=True,
                help="Empty: the certificate authorities this machine trusts.",
            ),
            Field("cert_data", "Client certificate", Input.PEM),
            Field("key_data", "Client key", Input.PEM, secret=True),
            Field("username", "User name"),
            Field("password", "Password", Input.PASSWORD, secret=True),
            Field(
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
