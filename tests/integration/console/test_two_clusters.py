"""Several clusters at once: one console on two real stacks (twoclusters.py)."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from backend.stack.seed.workloads import TEAMS
from tests.consoleprocess import OWNER, ConsoleProcess, Person
from tests.integration.console.livesocket import LiveSocket, open_socket
from tests.integration.console.twoclusters import (
    HIDDEN,
    LISTED,
    SEEN,
    Pair,
    console_on,
    truth_of,
    wait_equal,
)
from tests.stackfixtures import RunningStack, launch_stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

CANARY = "zqhidden"
"""In the hidden cluster's name, and in what only it holds."""
BACK = 90.0
FOLLOWED = 20
"""Collections a tab is asked for; it may follow 32 things."""


@pytest.fixture(scope="module")
def pair(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The shared stack as the hidden cluster, a small one of its own as the other."""
    home = tmp_path_factory.mktemp("two-clusters")
    own = launch_stack(home / "stack", nodes=3)
    try:
        own.wait_ready()
        stack.kubectl("create", "namespace", CANARY)
        stacks = {SEEN: own, HIDDEN: stack}
        with (
            console_on(home / "console", stacks) as console,
            console.signed_in(OWNER, console.password) as owner,
            console.signed_in(only_seen(console, owner)) as viewer,
        ):
            found = Pair(stacks, console, owner, viewer)
            wait_equal(found)
            yield found
    finally:
        own.stop()
        stack.kubectl("delete", "namespace", CANARY, "--wait=false")


def only_seen(console: ConsoleProcess, owner: Person) -> str:
    """The login of a viewer of one cluster, its etcd and its registry."""
    places = ("cluster", "etcd", "registry")
    grants = [("viewer", f"org/main/{place}/{SEEN}") for place in places]
    return console.add_member(owner.http, *grants)


def described(pair: Pair) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pair.viewer.http.get("/collections").json()["collections"]
    return found


def place_of(entry: dict[str, Any]) -> str:
    """The column that says which connection a row is of; empty where there is none."""
    columns = {column["id"] for column in entry["columns"]}
    return next((name for name in ("cluster", "etcd", "registry") if name in columns), "")


def test_both_are_listed_counted_and_filtered(pair: Pair) -> None:
    for collection in LISTED:
        # Every row is asked for at once, so that the counts are of the same moment.
        page = pair.page(pair.owner, collection, facet="cluster")
        counts = {entry["value"]: entry["count"] for entry in page["facets"]["cluster"]}
        per = {name: sum(r["cluster"] == name for r in page["rows"]) for name in pair.stacks}
        assert counts == per, collection
        assert page["total"] == sum(per.values())
        for name in pair.stacks:
            only = pair.rows(pair.owner, collection, filter=f"cluster={name}")
            assert {row["cluster"] for row in only} == {name}
    wait_equal(pair)


def test_namesakes_do_not_collide(pair: Pair) -> None:
    for collection in ("machines", "workloads", "services", "namespaces"):
        rows = pair.rows(pair.owner, collection)
        assert len({row["key"] for row in rows}) == len(rows), collection
        names = {
            cluster: {r["key"].partition("/")[2] for r in rows if r["cluster"] == cluster}
            for cluster in pair.stacks
        }
        assert len(names[SEEN] & names[HIDDEN]) >= 3, f"{collection} has namesakes"
    # Both clusters are still starting pods: the two readings agree once nothing moves between them.
    deadline = time.monotonic() + 60
    while wrong := miscounted(pair):
        assert time.monotonic() < deadline, wrong
        time.sleep(0.5)


def miscounted(pair: Pair) -> list[dict[str, Any]]:
    """Machines whose number of pods is not that of their own cluster."""
    wrong = []
    for name, stack in pair.stacks.items():
        running = json.loads(stack.kubectl("get", "pods", "-A", "-o", "json"))["items"]
        for machine in pair.rows(pair.owner, "machines", filter=f"cluster={name}"):
            own = [p for p in running if p["spec"].get("nodeName") == machine["name"]]
            done = {"Succeeded", "Failed"}
            here = [p for p in own if p["status"].get("phase") not in done]
            if machine["pods"] not in {len(own), len(here)}:
                wrong.append(machine)
    return wrong


async def test_a_change_touches_only_its_own_cluster(pair: Pair) -> None:
    shared = await asyncio.to_thread(namesake, pair)
    tab = await open_socket(pair.console, pair.owner)
    try:
        shown = await tab.subscribe("machines", "machines", filter=[f"name={shared}"])
        assert {row["cluster"] for row in shown.rows} == set(pair.stacks)
        before = {row["cluster"]: row for row in shown.rows}
        seen = pair.stacks[SEEN]
        await asyncio.to_thread(seen.kubectl, "label", "node", shared, "two-clusters=yes")
        try:
            await tab.until(
                lambda: (
                    {r["cluster"] for r in shown.rows if "two-clusters" in r["labels"]} == {SEEN}
                ),
                what="the label on the one machine",
            )
            now = {row["cluster"]: row for row in shown.rows}
            assert now[HIDDEN]["labels"] == before[HIDDEN]["labels"]
        finally:
            await asyncio.to_thread(seen.kubectl, "label", "node", shared, "two-clusters-")
    finally:
        await tab.close()


def namesake(pair: Pair) -> str:
    """A machine's name that both clusters have."""
    names = [{name for _, name in truth_of(s, "nodes")} for s in pair.stacks.values()]
    return min(set.intersection(*names))


def test_details_are_read_from_the_right_cluster(pair: Pair) -> None:
    machine = namesake(pair)
    for cluster, stack in pair.stacks.items():
        for path, arguments in (
            (f"nodes/-/{machine}", ("node", machine)),
            ("namespaces/-/default", ("namespace", "default")),
            ("services/default/kubernetes", ("service", "kubernetes", "-n", "default")),
        ):
            uid = stack.kubectl("get", *arguments, "-o", "jsonpath={.metadata.uid}")
            url = f"/clusters/{cluster}/{path}"
            yaml = pair.owner.http.get(url + "/yaml")
            assert yaml.status_code == 200, yaml.text
            assert uid in yaml.text
            detail = pair.owner.http.get(url)
            assert detail.status_code == 200, detail.text
            other = HIDDEN if cluster == SEEN else SEEN
            assert f"/clusters/{other}/" not in detail.text


def test_the_stores_and_registries_are_both_there(pair: Pair) -> None:
    for name, stack in pair.stacks.items():
        members = pair.rows(pair.owner, "etcd-members", filter=f"etcd={name}")
        assert len(members) == 3
        stack.etcdctl("put", "/two-clusters/same", name)
        value = pair.owner.http.get(f"/etcd/{name}/value", params={"key": "/two-clusters/same"})
        assert value.status_code == 200, value.text
        assert f'"{name}"' in value.text
        assert pair.rows(pair.owner, "tags", filter=f"registry={name}")
    keys = pair.page(pair.owner, "keys", facet="etcd", limit=1)
    assert {entry["value"] for entry in keys["facets"]["etcd"]} == set(pair.stacks)
    answer = pair.viewer.http.get(f"/etcd/{HIDDEN}/value", params={"key": "/two-clusters/same"})
    assert answer.status_code in {403, 404}


def test_a_viewer_of_one_finds_no_trace_of_the_other(pair: Pair) -> None:
    faults: list[str] = []
    for entry in described(pair):
        name, place = entry["name"], place_of(entry)
        facets = [column["id"] for column in entry["columns"] if column["facet"]]
        queries: list[dict[str, Any]] = [{"q": CANARY}, {"format": "csv"}]
        # At most eight columns are counted in one question.
        queries += [{"facet": facets[start : start + 8]} for start in range(0, len(facets), 8)]
        queries += [{"filter": f"{place}={HIDDEN}"}, {"filter": f"{place}~zq"}] if place else []
        for query in queries:
            answer = pair.viewer.http.get(f"/collections/{name}", params={"limit": 1000, **query})
            assert answer.status_code == 200 or "q" in query, answer.text
            if answer.status_code == 200 and CANARY in answer.text:
                faults.append(f"{name} {query}: a trace")
            if query.keys() & {"q", "filter"} and answer.status_code == 200:
                page = answer.json()
                if page["rows"] or page["total"]:
                    faults.append(f"{name} {query}: {page['total']} rows")
        if place and name != "events":
            faults += counted_otherwise(pair, name, place)
        text = pair.viewer.http.get(f"/collections/{name}", params={"format": "csv"}).text
        if CANARY in text or not list(csv.reader(text.splitlines())):
            faults.append(f"{name}: a trace in the download")
    assert faults == []


def counted_otherwise(pair: Pair, name: str, place: str) -> list[str]:
    """Whether the viewer counts other rows than the owner, for as long as things may move in
    between."""
    deadline = time.monotonic() + 60
    while True:
        mine = pair.page(pair.viewer, name, limit=1)["total"]
        owners = pair.page(pair.owner, name, limit=1, filter=f"{place}={SEEN}")["total"]
        if mine == owners:
            return []
        if time.monotonic() > deadline:
            return [f"{name}: {mine} rows, the owner counts {owners}"]
        time.sleep(0.2)


def test_search_overview_and_addresses_of_the_other(pair: Pair) -> None:
    assert pair.owner.http.get("/search", params={"q": CANARY}).json()["results"]
    for words in (CANARY, "zqhid", HIDDEN, namesake(pair), "kubernetes", "cart"):
        answer = pair.viewer.http.get("/search", params={"q": words, "limit": 100})
        assert answer.status_code == 200
        assert CANARY not in answer.text, words
    for path in ("/overview", "/status", "/session", "/collections"):
        assert CANARY not in pair.viewer.http.get(path).text, path
    answers = set()
    for cluster in (HIDDEN, "nowhere"):
        for path in (f"nodes/-/{namesake(pair)}", "namespaces/-/default", "pods/default/a/yaml"):
            answer = pair.viewer.http.get(f"/clusters/{cluster}/{path}")
            answers.add((answer.status_code, answer.json()["title"]))
    assert len(answers) == 1
    assert answers.pop()[0] in {403, 404}
    for collection in ("machines", "namespaces"):
        hidden = pair.rows(pair.owner, collection, filter=f"cluster={HIDDEN}")
        rows = [row for row in hidden if lasts(row["name"])]
        assert rows
        for row in rows[:5]:
            address = f"/collections/{collection}/{quote(row['key'], safe='/')}"
            assert pair.owner.http.get(address).status_code == 200
            assert pair.viewer.http.get(address).status_code == 404


async def test_no_frame_hints_at_the_other(pair: Pair) -> None:
    names = [entry["name"] for entry in described(pair)]
    # A tab has a bound of its own on what it follows at once.
    parts = [names[start : start + FOLLOWED] for start in range(0, len(names), FOLLOWED)]
    tabs = [await open_socket(pair.console, pair.viewer) for _ in parts]
    owners = await open_socket(pair.console, pair.owner)
    hidden, seen = pair.stacks[HIDDEN], pair.stacks[SEEN]
    try:
        for tab, part in zip(tabs, parts, strict=True):
            for name in part:
                followed = await tab.subscribe(name, name, limit=200)
                assert followed.error is None, followed.error
            await tab.subscribe("mine", "configmaps", filter=["namespace=default"])
            await tab.subscribe("none", "configmaps", filter=[f"cluster={HIDDEN}"])
        theirs = await owners.subscribe("theirs", "configmaps", filter=[f"namespace={CANARY}"])
        for number in range(3):
            make = ("create", "configmap", f"{CANARY}-{number}", "-n", CANARY)
            await asyncio.to_thread(hidden.kubectl, *make)
        await asyncio.to_thread(seen.kubectl, "create", "configmap", "two-clusters")
        made = {f"{CANARY}-{number}" for number in range(3)}
        await owners.until(
            lambda: made <= {row["name"] for row in theirs.rows}, what="the owner sees them"
        )
        for tab in tabs:
            await tab.until(partial(shown, tab, "two-clusters"), what="the viewer's own")
            assert tab["none"].total == 0
            assert [text for text in tab.texts if CANARY in text] == []
            tab.assert_as_described()
    finally:
        for tab in (*tabs, owners):
            await tab.close()
        await asyncio.to_thread(seen.kubectl, "delete", "configmap", "two-clusters")


def shown(tab: LiveSocket, name: str) -> bool:
    """Whether the tab's own config maps have one of this name."""
    return name in {row["name"] for row in tab["mine"].rows}


def lasts(name: str) -> bool:
    """Whether a machine or a namespace is the stack's own: what other tests of the shared stack
    made may be gone at any moment."""
    return "-worker-" in name or name in TEAMS


def states_of(tab: LiveSocket, name: str) -> dict[str, set[str]]:
    """The states of the sources of a table, by cluster."""
    return by_cluster(tab[name].freshness)


def by_cluster(freshness: list[dict[str, Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for source in freshness:
        found.setdefault(source["source"].split("/")[1], set()).add(source["state"])
    return found


def was(tab: LiveSocket, names: tuple[str, ...], states: dict[str, set[str]], since: int) -> bool:
    """Whether each of the tables was told to be so in one of the frames since then: one may be
    well again before another is not."""
    told = {f["id"] for f in tab.frames[since:] if by_cluster(f.get("freshness", [])) == states}
    return told >= set(names)


async def test_one_api_server_dies_and_the_other_goes_on(pair: Pair) -> None:
    tab = await open_socket(pair.console, pair.owner)
    seen, hidden = pair.stacks[SEEN], pair.stacks[HIDDEN]
    maps = ("create", "configmap", "meanwhile", "-n", CANARY)
    try:
        for name in ("machines", "pods", "configmaps", "clusters"):
            await tab.subscribe(name, name)
        all_live = {SEEN: {"live"}, HIDDEN: {"live"}}
        await tab.until(lambda: states_of(tab, "pods") == all_live, BACK, "both live")
        rows = {name: set(tab[name].keys) for name in ("machines", "configmaps")}
        since = len(tab.frames)
        pid = seen.component("kube-apiserver").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        half = {SEEN: {"stale"}, HIDDEN: {"live"}}
        halved = ("pods", "configmaps", "machines")
        await tab.until(lambda: was(tab, halved, half, since), BACK, "half of each")
        kept = {known for known in rows["machines"] if lasts(known.rpartition("/")[2])}
        assert kept <= set(tab["machines"].keys), "rows stay while it is away"
        await asyncio.to_thread(hidden.kubectl, *maps)
        key = f"{HIDDEN}/{CANARY}/meanwhile"
        await tab.until(lambda: key in tab["configmaps"].keys, BACK, "the other cluster's news")
        await tab.until(
            lambda: states_of(tab, "configmaps")[HIDDEN] == {"live"}, BACK, "the other is live"
        )
        for name in ("pods", "configmaps", "machines"):
            await tab.until(lambda n=name: states_of(tab, n) == all_live, BACK, f"{name} again")
        await tab.until(
            lambda: (
                {r["cluster"]: r["status"] for r in tab["clusters"].rows}
                == {SEEN: "live", HIDDEN: "live"}
            ),
            BACK,
            "both clusters are live",
        )
        kept = {known for known in rows["configmaps"] if lasts(known.split("/")[1])}
        assert kept
        assert set(tab["configmaps"].keys) >= kept | {key}
        tab.assert_as_described()
    finally:
        await tab.close()
