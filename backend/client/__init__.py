"""The commands that ask a console over its interface, as anybody's program could."""
