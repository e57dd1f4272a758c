"""A registry in this process, for tests without servers.

It holds what the contract suite proves of the real one, and no more.
"""

from integrations.registry.fake.app import FakeRegistry

__all__ = ["FakeRegistry"]
