"""Starting, mounting and running the service; its command line."""
