"""Workload identity without I/O: which tokens of other systems a trust rule believes."""
