"""What time does: sweeps, recounts, retention; one replica at a time."""
