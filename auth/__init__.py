"""Who may do what: scopes, roles, bindings, and the policy compiled from them. No I/O."""
