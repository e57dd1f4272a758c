"""SAML 2.0: what an identity provider asserts, believed or not."""
