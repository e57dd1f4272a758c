"""Logs of containers: several at once, interleaved by time, followed over restarts."""
