"""How a person can connect one in the console."""

from __future__ import annotations

from typing import Final

from integrations.form import FormField, FormInput, Way
from integrations.registry.settings import RegistrySettings

__all__ = ["WAYS", "destinations"]

WAYS: Final = (
    Way(
        "url",
        "Registry",
        "Anonymous, or with a user and password (basic and token authentication alike).",
        (
            FormField(
                "url",
                "URL",
                FormInput.URL,
                required=True,
                destination=True,
                placeholder="https://registry.example",
            ),
            FormField("username", "User name"),
            FormField("password", "Password", FormInput.PASSWORD, secret=True),
            FormField(
                "ca_data",
                "CA certificate",
                FormInput.PEM,
                destination=True,
                help="Empty: the certificate authorities this machine trusts.",
            ),
            FormField(
                "webhook_secret",
                "Webhook secret",
                FormInput.PASSWORD,
                secret=True,
                help="What the registry sends as bearer token to /api/v1/hooks/registry/NAME; "
                "then a push shows at once.",
            ),
        ),
    ),
)


def destinations(settings: RegistrySettings) -> list[str]:
    """The addresses it leads to."""
    return [settings.url]
