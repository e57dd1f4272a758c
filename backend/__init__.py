"""The console's web backend: aggregation, live engine, features, update service."""
