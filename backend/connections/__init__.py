"""The running connections to upstream systems, and who feeds whom."""
