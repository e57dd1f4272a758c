"""A viewer of one namespace finds no trace of another: any endpoint, total, facet, search,
download, detail or frame. The matrix is generated from what exists, so a new collection or
route is in it by itself.

The hidden namespace's name begins with the visible one's, as a careless prefix check would
let through.
"""

from __future__ import annotations

import asyncio
import csv
import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
import pytest

from integrations.kubernetes import KINDS
from tests.consoleprocess import ConsoleProcess, Person, openapi_document
from tests.integration.console.conftest import OpenTab
from tests.integration.console.estate import DEFINITION, everything, one_more
from tests.stackfixtures import RunningStack

pytestmark = pytest.mark.timeout(600)

ELSEWHERE = {
    *("machines", "clusters", "etcd-members", "keys", "repositories", "tags"),
    *("applications", "channels", "packages", "groups", "rollouts", "instances"),
    *("update-events", "payloads", "mirrors", "refused-requests", "jobs", "connections"),
    "identity-providers",
}
"""Collections that hold nothing of a namespace; its viewer sees them empty."""
PATIENCE = 60.0
"""Seconds until two answers about what moves have to agree."""
FOLLOWED = 30
T = TypeVar("T")


@dataclass(frozen=True)
class Estate:
    """`own` may be seen, `hidden` not; `word` is in everything hidden and nothing else."""

    own: str
    mine: str
    hidden: str
    word: str
    viewer: Person
    owner: Person

    @property
    def ghost(self) -> str:
        """As long as `word`, and nowhere."""
        return "q" * len(self.word)


@pytest.fixture(scope="module")
def estate(stack: RunningStack, server: ConsoleProcess, owner: Person) -> Iterator[Estate]:
    mark = uuid.uuid4().hex[:8]
    own, mine, word = f"seen-{mark}", f"mine{mark}", f"zz{mark}"
    hidden = f"{own}-{word}"
    everything(stack, own, mine)
    everything(stack, hidden, word)
    stack.etcdctl("put", f"/{word}/key", word)
    login = server.add_member(owner.http, ("viewer", f"org/main/cluster/local/ns/{own}"))
    other = {"login": word, "password": "correct horse battery"}
    assert owner.http.post("/users", json=other).status_code == 201
    grant = {"subject": word, "role": "viewer", "scope": f"org/main/cluster/local/ns/{hidden}"}
    assert owner.http.post("/bindings", json=grant).status_code == 201
    for path, body in (
        ("/teams", {"name": word}),
        ("/roles", {"id": word, "rights": ["pod:get"]}),
        ("/service-accounts", {"name": word}),
        ("/tokens", {"name": word, "rights": ["*:get"]}),
        ("/invitations", {"login": f"new-{word}"}),
    ):
        assert owner.http.post(path, json=body).status_code == 201, path
    # The other one is signed in too: theirs is the session that is not to be seen.
    with server.signed_in(login) as viewer, server.signed_in(word) as other_one:
        wish = {"role": "operator", "scope": grant["scope"], "reason": word, "seconds": 3600}
        assert other_one.http.post("/access-requests", json=wish).status_code == 201
        found = Estate(own, mine, hidden, word, viewer, owner)
        _wait_seen(found)
        yield found
    stack.kubectl("delete", "namespace", own, hidden, "--wait=false")
    stack.etcdctl("del", f"/{word}/key")


def _wait_seen(estate: Estate) -> None:
    """Everything is in the console: otherwise nothing below would prove anything."""
    namespaced = [name for name in collections(estate.owner) if name not in ELSEWHERE]
    wanted = [*namespaced, "keys"]
    ends = time.monotonic() + PATIENCE
    while True:
        missing = [n for n in wanted if estate.word not in text_of(estate.owner, n)]
        missing = [n for n in missing if n not in {"persistentvolumes", CRDS}]
        granted = [n for n in ("pods", "leases") if estate.mine in text_of(estate.viewer, n)]
        if not missing and len(granted) == 2:  # the stack binds its roles in new namespaces late
            return
        assert time.monotonic() < ends, f"the canary is not in {missing}, the viewer has {granted}"
        time.sleep(0.2)


def _in_the_end(wrong: Callable[[], T]) -> T:
    """What is still wrong, or nothing as soon as nothing is: two answers one after the other
    differ where pods and events come in between, and what leaks leaks every time."""
    ends = time.monotonic() + PATIENCE
    while (found := wrong()) and time.monotonic() < ends:
        time.sleep(0.2)
    return found


CRDS = "customresourcedefinitions"


def collections(person: Person) -> list[str]:
    return [entry["name"] for entry in described(person)]


def described(person: Person) -> list[dict[str, Any]]:
    return person.http.get("/collections").json()["collections"]


def text_of(person: Person, collection: str, **params: Any) -> str:
    return person.http.get(f"/collections/{collection}", params={"limit": 1000, **params}).text


def traces(estate: Estate, answer: httpx2.Response) -> bool:
    return estate.word in answer.text


def test_lists_totals_facets_and_downloads(estate: Estate) -> None:
    faults: list[str] = []
    for entry in described(estate.viewer):
        name = entry["name"]
        # At most eight columns are counted in one question.
        counted = [column["id"] for column in entry["columns"] if column["facet"]]
        facets, more = counted[:8], counted[8:]
        queries: list[dict[str, Any]] = [
            {"facet": facets},
            {"facet": more},
            {"q": estate.word},
            {"labels": f"app={estate.word}"},
            {"sort": "-" + entry["default_sort"][0].lstrip("-"), "facet": facets},
        ]
        if "namespace" in {column["id"] for column in entry["columns"]}:
            queries += [{"filter": f"namespace{op}"} for op in (f"={estate.hidden}", "~zz")]
        for query in queries:
            answer = estate.viewer.http.get(f"/collections/{name}", params={"limit": 1000, **query})
            faults += [f"{name} {query}: {line}" for line in _page_faults(estate, answer)]
        faults += _in_the_end(partial(_download_faults, estate, name))
    assert faults == []


def _download_faults(estate: Estate, name: str) -> list[str]:
    download = estate.viewer.http.get(f"/collections/{name}?format=csv")
    assert not traces(estate, download), name
    rows = list(csv.reader(download.text.splitlines()))[1:]
    total = estate.viewer.http.get(f"/collections/{name}?limit=1").json()["total"]
    return [] if len(rows) == total else [f"{name}: the download has {len(rows)} rows of {total}"]


def _page_faults(estate: Estate, answer: httpx2.Response) -> list[str]:
    if answer.status_code == 422:  # these rows have no labels; the answer says what was asked
        return []
    assert answer.status_code == 200, answer.text
    page = answer.json()
    found = ["a trace"] if traces(estate, answer) else []
    foreign = {row["namespace"] for row in page["rows"] if "namespace" in row} - {estate.own}
    if foreign:
        found.append(f"rows of {foreign}")
    if page["total"] != len(page["rows"]) or page["next"]:
        found.append(f"total {page['total']} of {len(page['rows'])} rows, next {page['next']}")
    for column, values in page["facets"].items():
        scalars = [row[column] for row in page["rows"] if not isinstance(row[column], list)]
        if scalars and sum(entry["count"] for entry in values) != len(scalars):
            found.append(f"facet {column} counts others")
    return found


def test_own_rows_are_all_there(estate: Estate) -> None:
    """The viewer is not simply blind."""
    # Secrets: the cluster, which decides too, lets no viewer list them.
    unseen = {
        *("keys", "users", "bindings", "activity", "secrets"),
        *("teams", "service-accounts", "tokens", "sessions", "roles", "access-requests"),
        "invitations",
    }

    def wrong() -> set[str]:
        seen = {n for n in collections(estate.viewer) if estate.mine in text_of(estate.viewer, n)}
        hidden = {n for n in collections(estate.owner) if estate.word in text_of(estate.owner, n)}
        wanted = {"pods", "workloads", "events", "namespaces", "problems", "leases"}
        return (hidden - seen) ^ unseen | (wanted - seen)

    # The cluster's answer to somebody may be one of before the stack bound its roles.
    assert _in_the_end(wrong) == set()


def test_another_persons_cursor_shows_nothing_new(estate: Estate) -> None:
    for name in ("pods", "configmaps", "events"):
        filter_ = f"namespace in ({estate.own},{estate.hidden})"
        query = {"filter": filter_, "sort": "namespace,name"} if name != "events" else {}
        page = estate.owner.http.get(f"/collections/{name}", params={"limit": 1, **query}).json()
        assert page["next"]
        query |= {"cursor": page["next"], "limit": 1000}
        answer = estate.viewer.http.get(f"/collections/{name}", params=query)
        assert answer.status_code == 200, answer.text
        assert not traces(estate, answer)


def test_search_and_overview(estate: Estate) -> None:
    search = "/search"
    assert estate.owner.http.get(search, params={"q": estate.word}).json()["results"]
    for text in (estate.word, estate.word[:4], estate.hidden, f"/{estate.word}/"):
        answer = estate.viewer.http.get(search, params={"q": text, "limit": 100})
        assert answer.status_code == 200
        assert not traces(estate, answer)
    assert estate.viewer.http.get(search, params={"q": estate.mine}).json()["results"]

    def miscounted() -> list[str]:
        view = estate.viewer.http.get("/overview")
        assert view.status_code == 200
        assert not traces(estate, view)
        counts = {k: v for system in view.json()["systems"] for k, v in system["counts"].items()}
        assert not counts.get("machines")
        assert not counts.get("keys")
        pods = estate.viewer.http.get("/collections/pods").json()["total"]
        problems = estate.viewer.http.get("/collections/problems?limit=1000").json()["rows"]
        wrong = [] if counts["pods"] == pods else [f"{counts['pods']} pods of {pods}"]
        told = view.json()["problems_total"]
        return wrong if told <= len(problems) else [*wrong, f"{told} problems of {len(problems)}"]

    assert _in_the_end(miscounted) == []


def test_every_read_route_answers_as_if_it_were_not_there(estate: Estate) -> None:
    """Of a hidden object, every GET route gives what it gives of one that does not exist."""
    faults: list[str] = []
    asked = 0
    for path in sorted(read_routes()):
        for url in urls(path, estate):
            asked += 1
            faults += _in_the_end(partial(_told, estate, path, url))
    assert faults == []
    assert asked > 80


def _told(estate: Estate, path: str, url: str) -> list[str]:
    """What the answer about something hidden tells that one about nothing does not."""
    hidden = estate.viewer.http.get(url)
    missing = estate.viewer.http.get(url.replace(estate.word, estate.ghost))
    assert not (path == "/metrics" and traces(estate, hidden)), "/metrics: a trace"
    if plain(hidden, estate) != plain(missing, estate):
        return [f"{url}: {hidden.text[:200]}, when missing {missing.text[:200]}"]
    if hidden.status_code == 200 and path not in OPEN and hidden.json() != EMPTY:
        return [f"{url}: 200 {hidden.text[:200]}"]
    return []


OPEN = {
    "/api/v1/access-requests/mine",
    "/api/v1/account",
    "/api/v1/account/identities",
    "/api/v1/clusters/{cluster}/usage/{kind}",
    "/api/v1/collections",
    "/api/v1/collections/{name}",
    "/api/v1/events/density",
    "/api/v1/grantors",
    "/api/v1/kinds",
    "/api/v1/licence/acts",
    "/api/v1/overview",
    "/api/v1/permitted/{name}",
    "/api/v1/images/references",
    "/api/v1/search",
    "/api/v1/session",
    "/api/v1/sessions",
    "/api/v1/setup",
    "/api/v1/signin/asserted/{provider}",
    "/api/v1/signin/callback/{provider}",
    "/api/v1/signin/metadata/{provider}",
    "/api/v1/signin/providers",
    "/api/v1/status",
    "/api/v1/teams",
    "/api/v1/tokens",
    "/api/v1/tokens/choices",
    "/api/v1/views",
    "/healthz",
    "/metrics",
    "/readyz",
}
"""Routes that answer everybody, with what they may see."""


def test_the_owner_gets_what_the_matrix_asks_for(estate: Estate) -> None:
    """The URLs of the matrix are real: the owner is answered by most of them."""
    good = [
        url
        for path in sorted(read_routes())
        for url in urls(path, estate)
        if estate.word in url and estate.owner.http.get(url).status_code == 200
    ]
    assert len(good) > 50, good


BROUGHT_ALONG = ("serviceaccounts", "podtemplates", "rolebindings.rbac.authorization.k8s.io")
"""Kinds without rows, of each right they may need."""
EMPTY = {"items": [], "next": None}


def read_routes() -> dict[str, Any]:
    schema = openapi_document()
    return {path: item["get"] for path, item in schema["paths"].items() if "get" in item}


def plain(answer: httpx2.Response, estate: Estate) -> tuple[int, Any]:
    """What an answer says, without the words of the question and the clock."""
    text = answer.text.replace(estate.ghost, "WORD").replace(estate.word, "WORD")
    try:
        body = json.loads(text)
    except ValueError:
        return answer.status_code, ""
    if isinstance(body, dict):
        for moving in ("checked", "recent", "freshness", "rows", "problems", "partial", "start"):
            body.pop(moving, None)
    return answer.status_code, body


def urls(path: str, estate: Estate) -> Iterator[str]:
    """Concrete URLs of a route, aimed at what is hidden."""
    if path == "/api/v1/collections/{name}/{key}":
        yield from row_urls(estate)
        return
    values = {
        "{cluster}": ["local"],
        "{kind}": ["machines", "deployments", *KINDS, DEFINITION, *BROUGHT_ALONG],
        "{namespace}": [estate.hidden, "-"],
        "{definition}": [DEFINITION],
        "{runbook}": ["defragment", "nospace", "replace", "promote"],
        "{name}": [*named(path, estate)],
    }
    names = [part for part in path.split("/") if part.startswith("{")]
    queries = questions(path, estate)
    for chosen in itertools.product(*(values.get(name, ["1"]) for name in names)):
        url = path
        for name, value in zip(names, chosen, strict=True):
            url = url.replace(name, quote(value, safe=""), 1)
        for query in queries:
            yield url.removeprefix("/api/v1") if url.startswith("/api/v1") else "../.." + url
            if query:
                yield f"{url.removeprefix('/api/v1')}?{query}"


def named(path: str, estate: Estate) -> list[str]:
    if path.startswith("/api/v1/clusters"):
        return [estate.word]
    if path.startswith(("/api/v1/collections", "/api/v1/permitted")):
        return collections(estate.owner)
    if "components" in path:
        return ["kube-apiserver", "etcd-1"]
    return ["local"]


def questions(path: str, estate: Estate) -> list[str]:
    word = estate.word
    return {
        "/api/v1/clusters/{cluster}/custom/{definition}": ["", f"namespace={estate.hidden}"],
        "/api/v1/clusters/{cluster}/usage/{kind}": [f"key={estate.hidden}/{word}"],
        "/api/v1/collections/{name}": [f"q={word}"],
        "/api/v1/etcd/{name}/folders": ["prefix=/", f"prefix=/{word}/"],
        "/api/v1/etcd/{name}/key": [f"key=/{word}/key"],
        "/api/v1/etcd/{name}/previews": [f"key=/{word}/key"],
        "/api/v1/etcd/{name}/value": [f"key=/{word}/key"],
        "/api/v1/events/density": [f"q={word}"],
        "/api/v1/permitted/{name}": [f"verb=get&key={word}"],
        "/api/v1/registries/{name}/image": ["repository=shop/cart&reference=1.9.0"],
        "/api/v1/registries/{name}/repository": ["repository=shop/cart"],
        "/api/v1/images/references": [f"text={word}"],
        "/api/v1/search": [f"q={word}"],
        "/api/v1/views": ["collection=pods"],
    }.get(path, [""])


def row_urls(estate: Estate) -> Iterator[str]:
    """Each hidden row's own address, as the owner knows it."""
    for name in collections(estate.owner):
        page = estate.owner.http.get(
            f"/collections/{name}", params={"q": estate.word, "limit": 1000}
        ).json()
        for row in page["rows"]:
            if estate.word in row["key"]:
                yield f"/collections/{name}/{quote(row['key'], safe='/')}"


async def test_no_frame_hints_at_it(estate: Estate, tab: OpenTab, stack: RunningStack) -> None:
    # One socket has at most 32 subscriptions, and the collections are that many.
    names = collections(estate.viewer)
    sockets = {}
    for start in range(0, len(names), FOLLOWED):
        socket = await tab(estate.viewer)
        for name in names[start : start + FOLLOWED]:
            sockets[name] = socket
            await socket.subscribe(f"all {name}", name, limit=100)
    quiet = await tab(estate.viewer)
    still = {}
    for name in ("pods", "configmaps", "workloads", "events", "namespaces", "secrets"):
        shown = await quiet.subscribe(f"none {name}", name, q=estate.word)
        still[name] = shown
        assert shown.total == 0
    watching = await tab(estate.owner)
    owners = await watching.subscribe("seen", "configmaps", filter=[f"namespace={estate.hidden}"])

    def change() -> None:
        for number in range(3):
            one_more(stack, estate.hidden, f"{estate.word}-{number}")
        stack.kubectl("delete", "pod", estate.word, "-n", estate.hidden, "--wait=false")
        stack.etcdctl("put", f"/{estate.word}/key", "again")
        one_more(stack, estate.own, "last")

    await asyncio.to_thread(change)
    made = {f"{estate.word}-{number}" for number in range(3)}
    await watching.until(
        lambda: made <= {row["name"] for row in owners.rows}, what="the owner sees the changes"
    )
    socket = sockets["configmaps"]
    mine = socket["all configmaps"]
    await socket.until(lambda: "last" in {row["name"] for row in mine.rows}, what="the viewer too")
    tabs = [*dict.fromkeys(sockets.values()), quiet]
    assert [text for one in tabs for text in one.texts if estate.word in text] == []
    for name, shown in still.items():
        rowless = [f for f in quiet.frames if f.get("id") == f"none {name}" and "rows" not in f]
        assert shown.total == 0
        assert all(not frame["upsert"] and "total" not in frame for frame in rowless), rowless
    for one in tabs:
        one.assert_as_described()


def test_somebody_without_any_right_reads_nothing(estate: Estate, server: ConsoleProcess) -> None:
    login = server.add_member(estate.owner.http)
    with server.signed_in(login) as nobody:
        assert described(nobody) == []
        for path in sorted(set(read_routes()) - OPEN):
            for url in urls(path, estate):
                answer = nobody.http.get(url)
                if answer.status_code == 200:
                    assert answer.json() == EMPTY, url
                    continue
                assert answer.status_code in {403, 404, 422}, f"{url}: {answer.text[:200]}"
                assert answer.headers["content-type"] == "application/problem+json"
        for name in collections(estate.owner):
            assert nobody.http.get(f"/collections/{name}").status_code == 403
