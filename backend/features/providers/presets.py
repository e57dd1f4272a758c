"""What the form proposes for each product: nothing in it is needed, all of it can be changed."""

from __future__ import annotations

from typing import Final

from auth.ldap.provider import GroupsBy, LdapKind
from auth.oidc.provider import OidcKind
from backend.features.providers.samlpresets import SAML_PRESETS
from backend.features.providers.schemas import DirectoryPreset, OidcPreset, SamlPreset

__all__ = ["PRESETS", "PRODUCTS", "product_of", "usual_of"]

_USUAL: Final = "openid profile email"

PRESETS: Final = (
    OidcPreset(
        kind=OidcKind.KEYCLOAK,
        title="Keycloak",
        issuer="https://HOST/realms/REALM",
        scopes=_USUAL,
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Give the client a mapper of type Group Membership with the claim name groups, or "
        "read realm roles with realm_access.roles.",
    ),
    OidcPreset(
        kind=OidcKind.DEX,
        title="Dex",
        issuer="https://HOST/dex",
        scopes=f"{_USUAL} groups offline_access",
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Add the client to staticClients. Groups come from connectors that have them.",
    ),
    OidcPreset(
        kind=OidcKind.GOOGLE,
        title="Google",
        issuer="https://accounts.google.com",
        scopes=_USUAL,
        claim_login="email",
        claim_groups="",
        hint="Google tells no groups: give roles to people and teams. Who may sign in is decided "
        "by the consent screen: make it internal.",
    ),
    OidcPreset(
        kind=OidcKind.OKTA,
        title="Okta",
        issuer="https://ORGANISATION.okta.com",
        scopes=f"{_USUAL} groups offline_access",
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Set a groups claim filter at the application (Sign On, OpenID Connect ID Token).",
    ),
    OidcPreset(
        kind=OidcKind.ENTRA,
        title="Microsoft Entra ID",
        issuer="https://login.microsoftonline.com/TENANT/v2.0",
        scopes=f"{_USUAL} offline_access",
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Add the groups claim under Token configuration; groups come as object ids. Assign "
        "groups to the application, so that nobody is in more than a token holds.",
    ),
    OidcPreset(
        kind=OidcKind.GITLAB,
        title="GitLab",
        issuer="https://gitlab.com",
        scopes=_USUAL,
        claim_login="nickname",
        claim_groups="groups_direct",
        hint="Make an application with the scopes openid, profile and email. For a GitLab of your "
        "own the issuer is its address.",
    ),
    OidcPreset(
        kind=OidcKind.OTHER,
        title="Another OpenID Connect provider",
        issuer="https://HOST",
        scopes=_USUAL,
        claim_login="preferred_username",
        claim_groups="groups",
        hint="Its discovery document lies below the issuer at /.well-known/openid-configuration.",
    ),
    DirectoryPreset(
        kind=LdapKind.ACTIVE_DIRECTORY,
        title="Active Directory",
        server="ldaps://DC1.EXAMPLE.COM",
        bind_dn="SEARCHER@EXAMPLE.COM",
        people_base="DC=EXAMPLE,DC=COM",
        people_filter="(&(objectCategory=person)(objectClass=user))",
        login_by=["sAMAccountName", "userPrincipalName"],
        unique="objectGUID",
        login_attribute="sAMAccountName",
        name_attribute="displayName",
        groups_by=GroupsBy.CHAIN,
        groups_base="OU=GROUPS,DC=EXAMPLE,DC=COM",
        groups_filter="(objectClass=group)",
        group_name="sAMAccountName",
        hint="The domain controller looks up groups of groups itself. Primary groups (Domain "
        "Users) are not told.",
    ),
    DirectoryPreset(
        kind=LdapKind.OPENLDAP,
        title="OpenLDAP",
        server="ldaps://LDAP.EXAMPLE.COM",
        bind_dn="cn=SEARCHER,dc=EXAMPLE,dc=COM",
        people_base="ou=PEOPLE,dc=EXAMPLE,dc=COM",
        people_filter="(objectClass=inetOrgPerson)",
        login_by=["uid", "mail"],
        unique="entryUUID",
        login_attribute="uid",
        name_attribute="cn",
        groups_by=GroupsBy.MEMBER,
        groups_base="ou=GROUPS,dc=EXAMPLE,dc=COM",
        groups_filter="(objectClass=groupOfNames)",
        group_name="cn",
        hint="For groups of the class posixGroup, read members by memberUid.",
    ),
    DirectoryPreset(
        kind=LdapKind.FREEIPA,
        title="FreeIPA",
        server="ldaps://IPA.EXAMPLE.COM",
        bind_dn="uid=SEARCHER,cn=sysaccounts,cn=etc,dc=EXAMPLE,dc=COM",
        people_base="cn=users,cn=accounts,dc=EXAMPLE,dc=COM",
        people_filter="(objectClass=posixAccount)",
        login_by=["uid"],
        unique="ipaUniqueID",
        login_attribute="uid",
        name_attribute="cn",
        groups_by=GroupsBy.MEMBER_OF,
        groups_base="cn=groups,cn=accounts,dc=EXAMPLE,dc=COM",
        groups_filter="(objectClass=ipaUserGroup)",
        group_name="cn",
        hint="FreeIPA tells of groups of groups in memberOf itself.",
    ),
    DirectoryPreset(
        kind=LdapKind.OTHER,
        title="Another LDAP directory",
        server="ldaps://HOST",
        bind_dn="cn=SEARCHER,dc=EXAMPLE,dc=COM",
        people_base="dc=EXAMPLE,dc=COM",
        people_filter="(objectClass=person)",
        login_by=["uid"],
        unique="entryUUID",
        login_attribute="uid",
        name_attribute="cn",
        groups_by=GroupsBy.MEMBER,
        groups_base="dc=EXAMPLE,dc=COM",
        groups_filter="(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))",
        group_name="cn",
        hint="Groups of the class groupOfUniqueNames name people in uniqueMember.",
    ),
    *SAML_PRESETS,
)

_OF_KIND: Final = {preset.kind.value: preset for preset in PRESETS}
PRODUCTS: Final = {kind: preset.title for kind, preset in _OF_KIND.items()}
"""What people call each kind of provider."""


def product_of(kind: str) -> str:
    """The same of one kind; of one that a newer version knows, its own word."""
    return PRODUCTS.get(kind, kind)


def usual_of(kind: str) -> OidcPreset | DirectoryPreset | SamlPreset | None:
    """What a provider of this kind usually needs; None for one that a newer version knows."""
    return _OF_KIND.get(kind)
