"""Changing keys: each change allowed for its connection, guarded, recorded, told with its undo."""
