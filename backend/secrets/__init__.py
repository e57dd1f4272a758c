"""Secrets at rest: sealed values, the key ring, rotation."""
