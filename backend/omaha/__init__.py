"""The built-in update service: Omaha v3 for update_engine. See README.md of this folder."""
