"""Speaking with SAML identity providers."""
