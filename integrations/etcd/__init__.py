"""etcd through its v3 JSON gateway: members, health, and keys from one watch per cluster."""
