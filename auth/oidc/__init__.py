"""OpenID Connect without I/O: what a provider says, verified and read."""
