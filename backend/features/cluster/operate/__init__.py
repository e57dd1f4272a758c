"""Acting on a cluster's objects: declared actions, each a guarded, recorded change."""
