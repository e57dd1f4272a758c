"""Objects as people write them: read from text, compared and merged field by field. Pure."""
