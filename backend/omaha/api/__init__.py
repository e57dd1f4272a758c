"""The operators' REST API of the update service, mounted at ``/api/v1/updates``."""
