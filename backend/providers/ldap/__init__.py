"""Asking directories: connections, searches, and what they say of a person."""
