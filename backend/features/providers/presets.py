"""What the form proposes for each product: nothing in it is needed, all of it can be changed."""

from __future__ import annotations

from typing import Final

from auth.oidc.provider import ProviderKind
from backend.features.providers.schemas import PresetView

__all__ = ["PRESETS"]

_USUAL: Final = "openid profile email"

PRESETS: Final = (
    PresetView(
        kind=ProviderKind.KEYCLOAK,
        title="Keycloak",
        issuer="https://HOST/realms/REALM",
        scopes=_USUAL,
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Give the client a mapper of type Group Membership with the claim name groups, or "
        "read realm roles with realm_access.roles.",
    ),
    PresetView(
        kind=ProviderKind.DEX,
        title="Dex",
        issuer="https://HOST/dex",
        scopes=f"{_USUAL} groups offline_access",
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Add the client to staticClients. Groups come from connectors that have them.",
    ),
    PresetView(
        kind=ProviderKind.GOOGLE,
        title="Google",
        issuer="https://accounts.google.com",
        scopes=_USUAL,
        claim_login="email",
        claim_groups="",
        hint="Google tells no groups: give roles to people and teams. Who may sign in is decided "
        "by the consent screen: make it internal.",
    ),
    PresetView(
        kind=ProviderKind.OKTA,
        title="Okta",
        issuer="https://ORGANISATION.okta.com",
        scopes=f"{_USUAL} groups offline_access",
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Set a groups claim filter at the application (Sign On, OpenID Connect ID Token).",
    ),
    PresetView(
        kind=ProviderKind.ENTRA,
        title="Microsoft Entra ID",
        issuer="https://login.microsoftonline.com/TENANT/v2.0",
        scopes=f"{_USUAL} offline_access",
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Add the groups claim under Token configuration; groups come as object ids. Assign "
        "groups to the application, so that nobody is in more than a token holds.",
    ),
    PresetView(
        kind=ProviderKind.GITLAB,
        title="GitLab",
        issuer="https://gitlab.com",
        scopes=_USUAL,
        claim_login="nickname",
        claim_groups="groups_direct",
        hint="Make an application with the scopes openid, profile and email. For a GitLab of your "
        "own the issuer is its address.",
    ),
    PresetView(
        kind=ProviderKind.OTHER,
        title="Another OpenID Connect provider",
        issuer="https://HOST",
        scopes=_USUAL,
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Its discovery document lies below the issuer at /.well-known/openid-configuration.",
    ),
)
