"""The kinds of identity provider there are.

A further kind begins here, as a further member of `AnyProvider` and of `OF_KIND`: then the type
checker names every place that has to say what it does (`match` with `assert_never`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Discriminator, Tag

from auth.ldap.provider import LdapKind, LdapProvider
from auth.oidc.provider import OidcKind, OidcProvider
from auth.provider import ProviderBase
from auth.saml.provider import SamlKind, SamlProvider

__all__ = ["OF_KIND", "AnyProvider", "Declared", "made_of", "settings_of"]

AnyProvider = OidcProvider | LdapProvider | SamlProvider

OF_KIND: Final[Mapping[str, type[AnyProvider]]] = {
    **dict.fromkeys(OidcKind, OidcProvider),
    **dict.fromkeys(LdapKind, LdapProvider),
    **dict.fromkeys(SamlKind, SamlProvider),
}
"""By product, which settings it has."""


def _tag(value: Any) -> str:
    """Which settings are meant by what is declared: those of OpenID Connect where nothing says."""
    if isinstance(value, ProviderBase):
        return value.protocol
    kind = value.get("kind", OidcKind.OTHER) if isinstance(value, Mapping) else OidcKind.OTHER
    return OF_KIND[kind].protocol if isinstance(kind, str) and kind in OF_KIND else "oidc"


Declared = Annotated[
    Annotated[OidcProvider, Tag("oidc")]
    | Annotated[LdapProvider, Tag("ldap")]
    | Annotated[SamlProvider, Tag("saml")],
    Discriminator(_tag),
]
"""A provider as the configuration declares it."""

_COMMON: Final = frozenset(ProviderBase.model_fields) | {"kind"}


def settings_of(provider: AnyProvider) -> dict[str, Any]:
    """What it has beside what all have, as JSON; its secret is left out."""
    return provider.model_dump(mode="json", exclude={*_COMMON, provider.secret})


def made_of(kind: str, values: Mapping[str, Any]) -> AnyProvider:
    """The provider with those settings. Raises pydantic's `ValidationError`, and `KeyError` for a
    product that is not known."""
    return OF_KIND[kind].model_validate({**values, "kind": kind})
