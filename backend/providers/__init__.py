"""Identity providers: which there are, signing in with them, and what ends with them."""
