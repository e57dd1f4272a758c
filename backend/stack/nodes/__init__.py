"""Real nodes on this machine: each a machine made of namespaces, with a kubelet of its own."""
