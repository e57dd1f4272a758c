"""What was seen is what a runbook is bound to: the cluster, and the newest revision."""

from __future__ import annotations

from typing import cast

import pytest

from auth.principal import Credential, CredentialKind
from auth.subject import Subject, SubjectKind
from backend.audit import Origin
from backend.features.context import FeatureContext
from backend.features.runbooks.beginning import confirmed
from backend.features.runbooks.checks import elsewhere
from backend.features.runbooks.nospace import Nospace, NospaceOrder
from backend.features.runbooks.views import version_of
from backend.features.runbooks.walk import asked
from backend.jobs import JobFailed
from tests.unit.runbooks.looking import cluster, member


def test_the_version_names_the_newest_revision_that_was_seen() -> None:
    tag = version_of(cluster(member(1), revision=1234))
    assert confirmed(f'"{tag}"') == 1234
    assert confirmed(f'W/"{tag}", "other-7"') == 7
    assert [confirmed(one) for one in (None, '"other"', '"other-x"', '"other-²"')] == [0] * 4


def order(*, keep: int, seen: int) -> NospaceOrder:
    """As it is when the newest revision that was seen was `seen`."""
    return NospaceOrder(
        etcd="own", subject=Subject(SubjectKind.USER, "1"), login="ann",
        credential=Credential(CredentialKind.SESSION, "s"),
        origin=Origin("main", "ann", "user"),
        keep=keep, confirmed=seen,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("keep", "confirmed", "revision"), [(0, 100, 100), (30, 100, 70), (0, 900, 500), (0, 0, 500)]
)
def test_no_history_goes_that_is_newer_than_what_was_seen(
    keep: int, confirmed: int, revision: int
) -> None:
    runbook = Nospace(cast("FeatureContext", None))
    now = cluster(member(1), revision=500)
    assert runbook.over(now, order(keep=keep, seen=confirmed)).revision == revision


def test_another_cluster_behind_the_connection_is_named() -> None:
    seen = cluster(member(1))
    assert elsewhere(seen, "77") == ""
    assert elsewhere(seen, "") == "", "a run that was begun before clusters were kept"
    assert "another cluster (4d) than the one this was begun for (4e)" in elsewhere(seen, "78")


def test_without_a_voter_that_answers_it_is_said() -> None:
    with pytest.raises(JobFailed, match="No member with a vote answers"):
        asked(cluster(member(1, status=None), member(2, learner=True)))
