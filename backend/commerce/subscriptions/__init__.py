"""What is paid for from period to period, and what a change of it costs: pure."""
