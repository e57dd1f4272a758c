"""kubectl through the console: the Kubernetes API of a cluster, asked as the person who calls."""
