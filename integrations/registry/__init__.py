"""OCI registries through the distribution API: repositories, tags, manifests, pushes."""
