"""Leases: how long they run and which keys go with them; granted, prolonged, revoked."""
