"""Metering: what was used, hour by hour, and what of it is billed and why."""
