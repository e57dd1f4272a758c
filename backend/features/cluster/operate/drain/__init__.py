"""Draining a node: which pods would leave, and a job that asks them to."""
