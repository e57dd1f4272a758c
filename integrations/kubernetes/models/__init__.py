"""Slim typed parts of Kubernetes objects; see `meta` for how they are decoded."""
