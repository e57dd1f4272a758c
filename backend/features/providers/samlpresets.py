"""What the form proposes for each product that speaks SAML, and what to set there in short."""

from __future__ import annotations

from typing import Final

from auth.saml.provider import SamlKind
from backend.features.providers.schemas import SamlPreset

__all__ = ["SAML_PRESETS"]

_CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
_MICROSOFT: Final = "http://schemas.microsoft.com"

SAML_PRESETS: Final = (
    SamlPreset(
        kind=SamlKind.KEYCLOAK,
        title="Keycloak (SAML)",
        entity_id="https://HOST/realms/REALM",
        metadata_url="https://HOST/realms/REALM/protocol/saml/descriptor",
        subject="",
        attribute_login="username",
        attribute_name="name",
        attribute_email="email",
        attribute_groups="groups",
        hint="Import this console's metadata as a client, switch Sign assertions on, set the Name "
        "ID format to persistent, and add mappers: a Group list called groups without full path, "
        "and user properties called username and email.",
    ),
    SamlPreset(
        kind=SamlKind.ENTRA,
        title="Microsoft Entra ID (SAML)",
        entity_id="https://sts.windows.net/TENANT/",
        metadata_url="https://login.microsoftonline.com/TENANT/federationmetadata/2007-06/"
        "federationmetadata.xml?appid=APPLICATION",
        subject=f"{_MICROSOFT}/identity/claims/objectidentifier",
        attribute_login=f"{_CLAIMS}/name",
        attribute_name=f"{_MICROSOFT}/identity/claims/displayname",
        attribute_email=f"{_CLAIMS}/emailaddress",
        attribute_groups=f"{_MICROSOFT}/ws/2008/06/identity/claims/groups",
        hint="Make an enterprise application of your own and add a group claim (groups assigned "
        "to the application). People are known by their object id, which is sent by itself.",
    ),
    SamlPreset(
        kind=SamlKind.OKTA,
        title="Okta (SAML)",
        entity_id="http://www.okta.com/ISSUER",
        metadata_url="https://ORGANISATION.okta.com/app/APPLICATION/sso/saml/metadata",
        subject="",
        attribute_login="login",
        attribute_name="name",
        attribute_email="email",
        attribute_groups="groups",
        hint="Choose Persistent as the Name ID format and sign the assertion with RSA-SHA256. Add "
        "the attribute statements login, name and email, and a group attribute called groups.",
    ),
    SamlPreset(
        kind=SamlKind.ADFS,
        title="AD FS",
        entity_id="http://HOST/adfs/services/trust",
        metadata_url="https://HOST/FederationMetadata/2007-06/FederationMetadata.xml",
        subject=f"{_MICROSOFT}/ws/2008/06/identity/claims/primarysid",
        attribute_login=f"{_MICROSOFT}/ws/2008/06/identity/claims/windowsaccountname",
        attribute_name=f"{_CLAIMS}/name",
        attribute_email=f"{_CLAIMS}/emailaddress",
        attribute_groups="http://schemas.xmlsoap.org/claims/Group",
        hint="Add a relying party trust from this console's metadata, with SHA-256. Pass the "
        "primary SID, the Windows account name, the name, the e-mail address and groups as claims.",
    ),
    SamlPreset(
        kind=SamlKind.GOOGLE,
        title="Google (SAML)",
        entity_id="https://accounts.google.com/o/saml2?idpid=CUSTOMER",
        metadata_url="",
        subject="employee",
        attribute_login="login",
        attribute_name="name",
        attribute_email="email",
        attribute_groups="groups",
        hint="Paste the metadata that Google offers, leave Signed response off so that the "
        "assertion is signed, and map attributes: employee to the employee ID, login and email to "
        "the primary address, and groups under Group membership.",
    ),
    SamlPreset(
        kind=SamlKind.OTHER,
        title="Another SAML provider",
        entity_id="https://HOST/METADATA",
        metadata_url="https://HOST/METADATA",
        subject="",
        attribute_login="uid",
        attribute_name="displayName",
        attribute_email="email",
        attribute_groups="groups",
        hint="It has to sign assertions with SHA-256 and to send a persistent NameID, or an "
        "attribute that stays with the person.",
    ),
)
