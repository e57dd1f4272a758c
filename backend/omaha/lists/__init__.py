"""What the operator sees of the service: its collections, declared for the live engine."""
