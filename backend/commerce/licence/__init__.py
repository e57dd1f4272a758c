"""Signed licences: what they say, whether to believe them, and what follows."""
