"""Which source wins, and what a broken one does not do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from backend.commerce.licence.document import Binding
from backend.commerce.licence.evaluation import evaluate
from backend.commerce.licence.facts import Here, facts_now
from backend.commerce.licence.issuing import key_set_text
from backend.commerce.licence.keys import NO_KEYS, KeySet
from backend.commerce.licence.problems import Refused
from backend.commerce.licence.reading import Trust, read_given, read_trust
from backend.commerce.licence.revocation import NOTHING_REVOKED, Revocations
from backend.commerce.licence.sources import MOST_DOCUMENTS, Given, choose, read
from backend.commerce.licence.states import Facts, Phase, State
from backend.settings import Settings
from tests.unit.commerce.vendor import Vendor, at, believed, licence


@pytest.fixture(scope="module")
def vendor() -> Vendor:
    return Vendor()


def given(environment: str | None = None, file: str | None = None, database: str | None = None):
    return [
        Given("environment", environment),
        Given("file", file),
        Given("database", database),
    ]


def test_the_highest_source_with_licences_wins(vendor: Vendor) -> None:
    one, two, three = (vendor.token(jti=f"LIC-{n}", sequence=n) for n in (1, 2, 3))
    for sources, winner in [
        (given(one, two, three), "environment"),
        (given(None, two, three), "file"),
        (given(None, None, three), "database"),
        (given(), None),
    ]:
        assert choose(sources, vendor.keys, {}).winner == winner
    assert choose(given(None, f"{one}\n{two}"), vendor.keys, {}).documents[1].licence.sequence == 2


def test_a_bad_replacement_leaves_the_last_good_licences_in_force(vendor: Vendor) -> None:
    good = vendor.token()
    chosen = choose(
        given(None, "garbage", vendor.token(jti="LIC-2")), vendor.keys, {"file": [good]}
    )
    assert (chosen.winner, chosen.documents[0].licence.jti) == ("file", "LIC-1")
    assert "no licence" in chosen.sources[1].error
    first = choose(given(None, "garbage", good), vendor.keys, {})
    assert (first.winner, first.sources[1].error != "") == ("database", True)


def test_a_file_that_cannot_be_read_is_a_bad_replacement_and_a_missing_setting_is_not(
    vendor: Vendor, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, licence_file=tmp_path / "none")
    _, file = read_given(settings)
    chosen = choose([file], vendor.keys, {"file": [vendor.token()]})
    assert chosen.winner == "file"
    assert "cannot be read" in chosen.sources[0].error
    _, nothing = read_given(Settings(home=tmp_path))
    assert choose([nothing], vendor.keys, {"file": [vendor.token()]}).winner is None


def test_one_document_of_the_database_whose_key_is_gone_hides_no_other(vendor: Vendor) -> None:
    gone, good = Vendor().token(), vendor.token()
    chosen = choose(given(None, None, f"{gone}\n{good}"), vendor.keys, {})
    assert [one.licence.jti for one in chosen.documents] == ["LIC-1"]
    assert "Update the console" in chosen.sources[2].error


def test_environment_and_file_are_read(vendor: Vendor, tmp_path: Path) -> None:
    token = vendor.token()
    (tmp_path / "licence").write_text(f"\n{token}\n")
    settings = Settings(home=tmp_path, licence=token, licence_file=tmp_path / "licence")
    assert [read(one.text or "", vendor.keys)[0].token for one in read_given(settings)] == [
        token, token,
    ]  # fmt: skip
    (tmp_path / "licence").write_bytes(b"\xff\xfe")
    assert "no text" in read_given(settings)[1].broken
    (tmp_path / "licence").write_bytes(b"a" * (4 * 1024 * 1024 + 1))
    assert "larger" in read_given(settings)[1].broken


def test_a_source_has_a_limit(vendor: Vendor) -> None:
    token = vendor.token()
    with pytest.raises(Refused, match="more than 50"):
        read(" ".join([token] * (MOST_DOCUMENTS + 1)), vendor.keys)
    with pytest.raises(Refused, match="no licence in it"):
        read(" \n", vendor.keys)


def test_a_key_set_that_breaks_leaves_the_last_one_in_force(vendor: Vendor, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    settings = Settings(home=tmp_path, licence_keys_file=file)
    assert read_trust(settings, Trust()).keys == NO_KEYS
    file.write_text(key_set_text(vendor.revoking(jti=("LIC-1",))))
    good = read_trust(settings, Trust())
    assert good.revocations.jti == ("LIC-1",)
    file.write_text("{")
    broken = read_trust(settings, good)
    assert (broken.keys, broken.revocations) == (good.keys, good.revocations)
    assert "key set" in broken.error
    forged = json.loads(key_set_text(KeySet(vendor.keys.keys, vendor.token())))
    file.write_text(json.dumps(forged))
    assert read_trust(settings, good).revocations == good.revocations


def test_the_built_in_key_set_can_be_read(tmp_path: Path) -> None:
    assert read_trust(Settings(home=tmp_path), Trust()).error == ""


def test_a_revocation_holds_from_when_it_is_first_heard_of_and_stays() -> None:
    one = [believed(licence())]
    listed = Revocations(1, ("LIC-1",))
    first = facts_now(one, {}, listed, Here("i"), 100.0)
    assert first == {"LIC-1": Facts(revoked=100.0)}
    assert facts_now(one, first, listed, Here("i"), 200.0) == first
    assert facts_now(one, first, NOTHING_REVOKED, Here("i"), 200.0) == first


def test_a_binding_that_does_not_fit_is_seen_and_forgotten_when_it_fits_again() -> None:
    bound = [believed(licence(binding={"mode": "installation", "values": ["a"]}))]
    seen = facts_now(bound, {}, NOTHING_REVOKED, Here("b"), 100.0)
    assert seen == {"LIC-1": Facts(elsewhere=100.0)}
    assert facts_now(bound, seen, NOTHING_REVOKED, Here("b"), 200.0) == seen
    assert facts_now(bound, seen, NOTHING_REVOKED, Here("a"), 200.0) == {}


def test_what_cannot_be_told_of_clusters_is_not_held_against_anybody() -> None:
    licensed = licence(binding={"mode": "cluster_uids", "values": ["u1", "u2"]})
    assert licensed.binding == Binding("cluster_uids", ("u1", "u2"))
    bound = [believed(licensed)]
    assert facts_now(bound, {}, NOTHING_REVOKED, Here("i"), 1.0) == {}
    here, strange = Here("i", frozenset({"u1"})), Here("i", frozenset({"u1", "u3"}))
    assert facts_now(bound, {}, NOTHING_REVOKED, here, 1.0) == {}
    assert facts_now(bound, {}, NOTHING_REVOKED, strange, 1.0) == {"LIC-1": Facts(elsewhere=1.0)}


def test_what_is_no_text_of_a_licence_is_an_error_of_its_source(vendor: Vendor) -> None:
    chosen = choose(given("\udcff.a.b", None, vendor.token()), vendor.keys, {})
    assert (chosen.winner, chosen.sources[0].error != "") == ("database", True)
    for text in ("\udcff.a.b", "ä.b.c"):
        with pytest.raises(Refused, match="characters"):
            read(text, vendor.keys)


def test_a_pipe_is_no_licence_file(vendor: Vendor, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    settings = Settings(home=tmp_path, licence_file=tmp_path / "pipe")
    assert "regular" in read_given(settings)[1].broken


def test_what_is_known_of_a_licence_outlives_its_absence() -> None:
    known = {"LIC-1": Facts(revoked=100.0)}
    assert facts_now([], known, NOTHING_REVOKED, Here("i"), 200.0) == known


def test_a_licence_that_was_replaced_stays_so_when_its_file_comes_back_alone() -> None:
    now, nothing = at(2027, 1, 1), NOTHING_REVOKED
    old = believed(licence())
    new = believed(licence(jti="LIC-2", sequence=2, supersedes=["LIC-1"]))
    known = facts_now([old, new], {}, nothing, Here("i"), now)
    assert known == {"LIC-1": Facts(by="LIC-2")}
    again = facts_now([old], known, nothing, Here("i"), now)
    assert evaluate([old], {}, now, facts=again).held[0].phase is Phase.REPLACED
    revoked = facts_now([old], known, Revocations(1, ("LIC-2",)), Here("i"), now)
    assert evaluate([old], {}, now, facts=revoked).state is State.VALID
    both = facts_now([old, new], known, Revocations(1, ("LIC-2",)), Here("i"), now)
    assert both == {"LIC-2": Facts(revoked=now)}
    assert evaluate([old, new], {}, now, facts=both).held[0].phase is Phase.VALID
