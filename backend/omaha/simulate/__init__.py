"""The load generator: machines that follow update_engine's state machine over real HTTP."""
