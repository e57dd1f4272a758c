"""A rollout's life."""
