from __future__ import annotations

import asyncio
import csv
import io

import httpx2
import pytest
from fastapi import FastAPI

from backend.http.guard import require_principal
from backend.http.problems import install_problem_handlers
from backend.live import search as searching
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from backend.live.routes import live_router
from backend.parts import provide
from integrations.contract import FeedState
from tests.unit.live.sample import ORG, PODS, Sockets, person, pod

PODS_OF = [
    pod("api-1", restarts=3, created=100.0, labels={"app": "api"}),
    pod("api-2", phase="Pending", created=300.0, labels={"app": "api"}, node=None),
    pod("Web-1", "shop", restarts=9, created=200.0, labels={"app": "web"}, cpu=0.5),
    pod("db-1", "data", cluster="c2", created=50.0, ready=False, images=("pg", "sidecar")),
]


@pytest.fixture
def caller():
    return {"now": person()}


@pytest.fixture
async def client(caller):
    source = MemorySource(PODS)
    for cluster in ("c1", "c2"):
        feed = source.feed(f"kubernetes/{cluster}/pods", lambda p: p, within=("cluster", cluster))
        feed.begin()
        for row in PODS_OF:
            if row.cluster == cluster:
                feed.put(row.key, row)
        feed.commit()
        feed.state(FeedState.LIVE)
    registry = Registry()
    registry.add(PODS, source)
    app = FastAPI()
    install_problem_handlers(app)
    hub = LiveHub(registry, Sockets(caller))
    provide(app, hub)
    app.dependency_overrides[require_principal] = lambda: caller["now"]
    app.include_router(live_router(hub), prefix="/api/v1")
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def names(client, **params):
    answer = await client.get("/api/v1/collections/pods", params=params)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["rows"]]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["db-1", "Web-1", "api-1", "api-2"]),
        ({"sort": "-created"}, ["api-2", "Web-1", "api-1", "db-1"]),
        ({"sort": "-name"}, ["db-1", "api-2", "api-1", "Web-1"]),
        ({"sort": "cpu"}, ["Web-1", "api-1", "api-2", "db-1"]),
        ({"sort": "-cpu,-name"}, ["Web-1", "db-1", "api-2", "api-1"]),
        ({"filter": "phase=Running"}, ["db-1", "Web-1", "api-1"]),
        ({"filter": "phase!=Running"}, ["api-2"]),
        ({"filter": ["restarts>=3", "restarts<9"]}, ["api-1"]),
        ({"filter": "name~WEB"}, ["Web-1"]),
        ({"filter": "name!~-1"}, ["api-2"]),
        ({"filter": "name^=We"}, ["Web-1"]),
        ({"filter": "name^=we"}, []),
        ({"filter": 'phase in (Pending,"Failed")'}, ["api-2"]),
        ({"filter": "namespace notin (web, shop)"}, ["db-1"]),
        ({"filter": "cpu>=500m"}, ["Web-1"]),
        ({"filter": "cpu="}, ["db-1", "api-1", "api-2"]),
        ({"filter": "ready=false"}, ["db-1"]),
        ({"filter": "images=pg"}, ["db-1"]),
        ({"filter": "images in (pg, other)"}, ["db-1"]),
        ({"filter": "images~SIDE"}, ["db-1"]),
        ({"filter": "created>1970-01-01T00:03:00Z"}, ["Web-1", "api-2"]),
        ({"filter": "created>-1h"}, []),
        ({"labels": "app=api"}, ["api-1", "api-2"]),
        ({"labels": "app,app notin (web)"}, ["api-1", "api-2"]),
        ({"labels": "!app"}, ["db-1"]),
        ({"labels": "app!=api"}, ["db-1", "Web-1"]),
        ({"q": "API web"}, ["api-1", "api-2"]),
        ({"q": "1 SHOP"}, ["Web-1"]),
    ],
)
async def test_lists_what_is_asked_for(client, params, expected):
    assert await names(client, **params) == expected


async def test_facets_count_what_else_could_be_chosen(client):
    params = {"filter": ["phase=Running", "ready=true"], "facet": ["phase", "namespace", "images"]}
    answer = (await client.get("/api/v1/collections/pods", params=params)).json()
    assert answer["total"] == 2
    assert answer["total_exact"] is True
    assert answer["facets"]["phase"] == [
        {"value": "Running", "count": 2},
        {"value": "Pending", "count": 1},
    ]
    assert answer["facets"]["namespace"] == [
        {"value": "shop", "count": 1},
        {"value": "web", "count": 1},
    ]


async def test_cursor_walks_the_whole_list_once(client):
    seen, cursor = [], None
    for _ in range(5):
        params = {"limit": 1, "sort": "-cpu"} | ({"cursor": cursor} if cursor else {})
        answer = (await client.get("/api/v1/collections/pods", params=params)).json()
        seen += [row["name"] for row in answer["rows"]]
        assert answer["total"] == 4
        cursor = answer["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(row.name for row in PODS_OF)
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("params", "field", "accepts"),
    [
        ({"filter": "secret=1"}, "secret", "one of: name"),
        ({"filter": "phase>1"}, "phase", "= !="),
        ({"filter": "restarts=many"}, "restarts", "a number"),
        ({"filter": "cpu>1x"}, "cpu", "quantity"),
        ({"filter": "created>yesterday"}, "created", "-2h"),
        ({"filter": "ready=perhaps"}, "ready", "true or false"),
        ({"filter": "nonsense"}, "filter", "phase=Running"),
        ({"filter": "labels=app"}, "labels", "one of"),
        ({"filter": 'name="open'}, "name", '"a,b"'),
        ({"filter": 'name="a"b'}, "name", '"a,b"'),
        ({"filter": "name in (a"}, "name", "(a,b)"),
        ({"filter": "name~"}, "name", "text"),
        ({"sort": "labels"}, "sort", "one of: name"),
        ({"facet": "restarts"}, "facet", "one of: namespace"),
        ({"labels": "app=="}, None, None),
        ({"labels": "=x"}, "labels", "selector"),
        ({"labels": "a=b,"}, "labels", "selector"),
        ({"cursor": "xyz"}, "cursor", "unchanged"),
    ],
)
async def test_bad_queries_name_the_field(client, params, field, accepts):
    answer = await client.get("/api/v1/collections/pods", params=params)
    if field is None:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"] == field
    assert accepts in error["accepts"]
    assert error["message"]


async def test_scope_hides_everything_else(client, caller):
    caller["now"] = person(("org", ORG, "cluster", "c1", "ns", "shop"))
    params = {"facet": ["namespace", "phase"]}
    answer = (await client.get("/api/v1/collections/pods", params=params)).json()
    assert [row["name"] for row in answer["rows"]] == ["Web-1"]
    assert answer["total"] == 1
    assert answer["facets"]["namespace"] == [{"value": "shop", "count": 1}]
    assert [item["source"] for item in answer["freshness"]] == ["kubernetes/c1/pods"]
    missing = await client.get("/api/v1/collections/pods/c2/data/none")
    hidden = await client.get("/api/v1/collections/pods/c2/data/db-1")
    assert missing.status_code == hidden.status_code == 404
    assert {**missing.json(), "instance": ""} == {**hidden.json(), "instance": ""}
    found = (await client.get("/api/v1/search", params={"q": "1"})).json()
    assert [hit["label"] for hit in found["results"]] == ["Web-1"]


async def test_no_right_at_all_says_which_is_missing(client, caller):
    caller["now"] = person(("org", "other"))
    assert await names(client) == []
    caller["now"] = person(role=type(person().policy.bindings[0].role)("none", "None", frozenset()))
    answer = await client.get("/api/v1/collections/pods")
    assert answer.status_code == 403
    assert answer.json()["needs"] == {"kind": "pod", "verb": "list"}
    assert (await client.get("/api/v1/collections")).json()["collections"] == []


async def test_csv_is_the_same_rows_and_defuses_formulas(client):
    answer = await client.get("/api/v1/collections/pods", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["Name"] for row in rows] == ["db-1", "Web-1", "api-1", "api-2"]
    assert rows[2]["Age"] == "1970-01-01T00:01:40Z"
    by_header = await client.get("/api/v1/collections/pods", headers={"accept": "text/csv"})
    assert by_header.text == answer.text


async def test_csv_of_chosen_columns_in_units_people_read(client):
    params = {"format": "csv", "cols": "cpu,name", "units": "display", "sort": "name"}
    answer = await client.get("/api/v1/collections/pods", params=params)
    head, first, *_ = answer.text.splitlines()
    assert head == "CPU,Name"
    raw = await client.get("/api/v1/collections/pods", params={**params, "units": "raw"})
    assert first != raw.text.splitlines()[1]
    assert ".0," not in raw.text
    wrong = await client.get("/api/v1/collections/pods", params={**params, "cols": "nothing"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "cols"


async def test_search_ranks_exact_prefix_word_and_substring(client):
    found = (await client.get("/api/v1/search", params={"q": "web-1"})).json()
    assert found["results"][0]["label"] == "Web-1"
    assert found["results"][0]["rank"] == 0
    assert found["results"][0]["where"] == ["shop"]
    ranks = (await client.get("/api/v1/search", params={"q": "web"})).json()["results"]
    assert [(hit["label"], hit["rank"]) for hit in ranks] == [
        ("Web-1", 1),
        ("api-1", 4),
        ("api-2", 4),
    ]


async def test_search_forgives_one_typing_error_when_nothing_else_is_found(client):
    for typed in ("wbe-1", "webb-1", "wib-1", "weeb"):
        found = (await client.get("/api/v1/search", params={"q": typed})).json()["results"]
        assert [(hit["label"], hit["rank"]) for hit in found] == [("Web-1", 5)], typed
    far = (await client.get("/api/v1/search", params={"q": "xyzzy"})).json()["results"]
    assert far == []


async def test_a_hit_tells_what_its_page_is_addressed_by(client):
    (hit, *_) = (await client.get("/api/v1/search", params={"q": "web-1"})).json()["results"]
    assert hit["at"] == {"name": "Web-1", "namespace": "shop"}
    assert hit["status"] == "Running"
    assert hit["healthy"] is None


async def test_collections_describe_themselves(client):
    answer = (await client.get("/api/v1/collections")).json()
    (pods,) = answer["collections"]
    assert pods["label"] == "name"
    assert pods["columns"][0]["operators"] == ["=", "!=", "in", "notin", "~", "!~", "^="]
    assert answer["operators"]["bool"] == ["=", "!="]


async def test_unknown_collection(client):
    assert (await client.get("/api/v1/collections/cats")).status_code == 404


async def test_a_key_that_no_row_can_have_is_missing_without_asking(client, monkeypatch):
    async def asked(*_words):
        raise AssertionError("asked")

    monkeypatch.setattr(MemorySource, "row", asked)
    answer = await client.get("/api/v1/collections/pods/c1%2Fweb%2Fapi%00")
    assert answer.status_code == 404


async def test_searches_in_time_do_not_shut_out_others(monkeypatch):
    monkeypatch.setattr(searching, "BUDGET", 60.0)
    together = asyncio.Barrier(2 * searching.MOST_UNDER_WAY)

    class Slow(MemorySource):
        async def find(self, words, guard, limit, deadline):
            async with asyncio.timeout(60):
                await together.wait()
            return await super().find(words, guard, limit, deadline)

    source, registry = Slow(PODS), Registry()
    registry.add(PODS, source)
    source.put(PODS_OF[0])
    questions = [searching.search(registry, person(), "api-1", 5) for _ in range(together.parties)]
    answers = await asyncio.gather(*questions)
    assert not [answer for answer in answers if answer.partial]


async def test_what_a_caller_may_do_to_which_rows_is_told_before_it_is_tried(client, caller):
    asked = {"key": ["c1/shop/Web-1", "c2/data/db-1", "c1/shop/none"]}
    url = "/api/v1/permitted/pods"
    answer = await client.get(url, params={**asked, "verb": "get"})
    assert answer.json() == {"keys": ["c1/shop/Web-1", "c2/data/db-1"]}
    caller["now"] = person(("org", ORG, "cluster", "c1", "ns", "shop"))
    answer = await client.get(url, params={**asked, "verb": "get"})
    assert answer.json() == {"keys": ["c1/shop/Web-1"]}
    answer = await client.get(url, params={**asked, "verb": "delete"})
    assert answer.json() == {"keys": []}
    too_many = await client.get(url, params={"verb": "get", "key": ["x"] * 201})
    assert too_many.status_code == 422
