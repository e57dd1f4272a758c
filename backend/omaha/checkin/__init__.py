"""The hot path: a machine's check from the request to the committed answer."""
