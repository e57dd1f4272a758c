"""Keys imported from a file: tried first, then written in guarded batches."""
