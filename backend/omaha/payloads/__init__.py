"""Payload hosting: the file store, uploads, serving, import of releases, bundles."""
