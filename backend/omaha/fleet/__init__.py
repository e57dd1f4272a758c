"""What operators do to machines, with the counts kept right."""
