"""When a connection as a whole is lost, and that it is told."""

from __future__ import annotations

from backend.connections.contact import Contact
from integrations.contract import FeedState


def test_it_is_lost_once_no_feed_is_fresh_and_found_again_with_the_first():
    told: list[bool] = []
    contact = Contact("kubernetes/local", lambda: told.append(contact.lost))
    for kind in ("health", "pods", "nodes"):
        contact.heard(kind, FeedState.LIVE, "")
    contact.heard("pods", FeedState.STALE, "no answer")
    assert not contact.lost
    contact.heard("nodes", FeedState.STALE, "no answer")
    assert (contact.lost, told[-1]) == (True, True)
    contact.heard("pods", FeedState.LIVE, "")
    assert (contact.lost, told[-1]) == (False, False)


def test_what_has_not_come_yet_is_not_lost_and_what_never_comes_is():
    contact = Contact("kubernetes/local", lambda: None)
    for kind in ("health", "pods", "nodes"):
        contact.heard(kind, FeedState.CONNECTING, "")
    assert not contact.lost
    contact.heard("health", FeedState.LIVE, "")
    contact.heard("pods", FeedState.DENIED, "Unauthorized")
    assert contact.lost
