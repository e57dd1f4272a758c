"""An etcd cluster in this process, for tests without servers.

It holds what the contract suite proves of the real one, and no more. Requests go through
ASGI, byte for byte as on the wire, with streams that stream.
"""

from integrations.etcd.fake.cluster import FakeCluster

__all__ = ["FakeCluster"]
