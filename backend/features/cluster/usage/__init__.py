"""What nodes, pods and workloads used in the last hour."""
