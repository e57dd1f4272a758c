"""Objects as text: changed, created, merged with what others made of them, and completed."""
