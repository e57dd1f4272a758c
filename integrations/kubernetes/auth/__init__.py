"""How a cluster is reached and with which credential."""
