import { oneOf, text } from "../../pages/search";

/** A dry-run sign-in that has just come back. */
export const PROVIDER_SEARCH = { trial: text };

/** How the provider is spoken to that is to be connected. */
export const NEW_PROVIDER_SEARCH = { protocol: oneOf("oidc", "ldap", "saml") };
