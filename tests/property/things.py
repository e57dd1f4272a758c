"""A collection that memory and SQL can both hold, made to be awkward; and strategies for
rows, queries and policies over it."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from hypothesis import strategies as st

from auth.principal import Principal
from auth.role import Role
from auth.verb import READ, Verb
from backend.live.collection import Collection
from backend.live.column import Column, Needs, Type
from backend.live.row import Row
from backend.live.rowscope import Field, RowScope, TextScope
from tests.people import holding, principal
from tests.roles import OWNER, VIEWER

ORG = "main"


class Thing(Row, frozen=True):
    cluster: str
    namespace: str
    path: str
    name: str
    phase: str
    size: int
    load: float | None
    seen: float | None
    ready: bool
    owner: str | None
    labels: dict[str, str]
    store: str = ""
    home: str = ""
    hidden: str = ""


COLUMNS = (
    Column("name", "Name", Type.TEXT, searched=True),
    Column("cluster", "Cluster", Type.TEXT, facet=True),
    Column("namespace", "Namespace", Type.TEXT, facet=True, searched=True),
    Column("path", "Path", Type.TEXT),
    Column("phase", "Status", Type.STATUS, facet=True),
    Column("size", "Size", Type.BYTES),
    Column(
        "load",
        "Load",
        Type.QUANTITY,
        needs=Needs("gauge", Verb.LIST, RowScope("etcd", Field("store"))),
    ),
    Column("seen", "Seen", Type.TIME),
    Column("ready", "Ready", Type.BOOL, facet=True),
    Column(
        "owner",
        "Owner",
        Type.TEXT,
        facet=True,
        searched=True,
        needs=Needs(
            "person", Verb.GET, RowScope("cluster", Field("cluster"), "ns", Field("namespace"))
        ),
    ),
    Column("labels", "Labels", Type.LABELS),
)

THINGS = Collection(
    name="things",
    title="Things",
    kind="thing",
    row=Thing,
    scopes=(
        RowScope(
            "cluster", Field("cluster"), "ns", Field("namespace"), "repo", Field("path", split="/")
        ),
        RowScope("etcd", Field("store")),
        TextScope("home"),
    ),
    columns=COLUMNS,
    default_sort=("name",),
    where=("namespace",),
)

METADATA = sa.MetaData()
TABLE = sa.Table(
    "things",
    METADATA,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("cluster", sa.String, nullable=False),
    sa.Column("namespace", sa.String, nullable=False),
    sa.Column("path", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("phase", sa.String, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("load", sa.Float(53)),
    sa.Column("seen", sa.DateTime(timezone=True)),
    sa.Column("ready", sa.Boolean, nullable=False),
    sa.Column("owner", sa.String),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("store", sa.String, nullable=False),
    sa.Column("home", sa.String, nullable=False),
    sa.Column("hidden", sa.String, nullable=False),
)

NAMES = [
    "",
    "a",
    "A",
    "b",
    "ab",
    "AB",
    "a b",
    "é",
    "É",
    "\u0130",
    "\u0131",
    "\u212a",
    "k",
    "ß",
    "a%",
    "a_b",
]
NAMES += ["x'y", 'q"t', "日本", "\U0001f600", "\ufffd", "a,b", "(a)", "-1", "zz", "a\\b"]
CLUSTERS = ["c1", "c2", "c11"]
NAMESPACES = ["", "web", "web2", "shop"]
PATHS = ["", "lib", "lib/app", "lib/app/x", "lib/apple"]
STORES = ["", "e1", "e2"]
HOMES = ["", "org/main", "org/main/team/a", "org/main/team/ab", "org/main/cluster/c1"]
HOMES += ["org/other", "org/main/team/a/box/x"]
PHASES = ["Running", "Pending", "Failed"]
SIZES = [0, 1, 2, 1024, 2**40, -5]
LOADS = [None, 0.0, 0.5, 0.1, 2.0, 1e9, -0.25]
TIMES = [None, 0.0, 1000.0, 1790000000.123456, 1790000000.123457]
OWNERS = [None, "", "ada", "Ada", "grace"]
KEYS = [f"k{i}" for i in range(12)]
LABEL_KEYS = ["app", "example.com/tier", "x-1"]
LABEL_VALUES = ["", "web", "db"]

things = st.builds(
    Thing,
    key=st.sampled_from(KEYS),
    cluster=st.sampled_from(CLUSTERS),
    namespace=st.sampled_from(NAMESPACES),
    path=st.sampled_from(PATHS),
    name=st.sampled_from(NAMES),
    phase=st.sampled_from(PHASES),
    size=st.sampled_from(SIZES),
    load=st.sampled_from(LOADS),
    seen=st.sampled_from(TIMES),
    ready=st.booleans(),
    owner=st.sampled_from(OWNERS),
    labels=st.dictionaries(st.sampled_from(LABEL_KEYS), st.sampled_from(LABEL_VALUES), max_size=2),
    store=st.sampled_from(STORES),
    home=st.sampled_from(HOMES),
    hidden=st.sampled_from(["", "x"]),
)

SCOPES = [
    ("org", ORG),
    ("org", "other"),
    ("org", ORG, "cluster"),
    ("org", ORG, "cluster", "c1"),
    ("org", ORG, "cluster", "c1", "ns"),
    ("org", ORG, "cluster", "c1", "ns", "web"),
    ("org", ORG, "cluster", "c1", "ns", "shop"),
    ("org", ORG, "cluster", "c2", "ns", "web"),
    ("org", ORG, "cluster", "c1", "ns", "web", "repo", "lib"),
    ("org", ORG, "cluster", "c2", "ns", "web2", "repo", "lib", "app"),
    ("org", ORG, "ns", "web"),
    ("org", ORG, "etcd"),
    ("org", ORG, "etcd", "e1"),
    ("org", ORG, "team", "a"),
]


def _role(name, *kinds) -> Role:
    return Role(name, name, frozenset((kind, verb) for kind in kinds for verb in READ))


ROLES = [
    OWNER,
    VIEWER,
    _role("things", "thing"),
    _role("people", "thing", "person"),
    _role("gauges", "thing", "gauge"),
]


def person(scopes, roles=(VIEWER, OWNER)) -> Principal:
    return principal(holding(*((roles[i % len(roles)], scope) for i, scope in enumerate(scopes))))


people = st.one_of(
    st.just(person([("org", ORG)])),
    st.just(person([("org", ORG, "cluster", "c1"), ("org", ORG, "cluster", "c2", "ns", "web")])),
    st.lists(st.sampled_from(SCOPES), min_size=1, max_size=3, unique=True).map(person),
    st.builds(
        person,
        st.lists(st.sampled_from(SCOPES), min_size=1, max_size=3, unique=True),
        st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique_by=id),
    ),
)


def _quoted(value: str) -> str:
    return msgspec.json.encode(value).decode()


_TEXTS = {
    "name": NAMES,
    "cluster": CLUSTERS,
    "namespace": NAMESPACES,
    "path": PATHS,
    "phase": PHASES,
    "owner": ["", "ada", "Ada", "nobody"],
}
_NUMBERS = {
    "size": ["0", "1", "1Ki", "1Ti", "-5", "0.5", ""],
    "load": ["0", "500m", "0.1", "2", "1G", "-250m", ""],
    "seen": ["0", "1000", "1790000000.123456", "1970-01-01T00:16:40Z", "-1h", ""],
}


@st.composite
def filters(draw) -> str:
    kind = draw(st.sampled_from(["text", "set", "has", "number", "number set", "bool"]))
    if kind == "bool":
        return f"ready{draw(st.sampled_from(['=', '!=']))}{draw(st.sampled_from(['true', '']))}"
    if kind.startswith("number"):
        column = draw(st.sampled_from(sorted(_NUMBERS)))
        values = st.sampled_from(_NUMBERS[column])
        if kind == "number set":
            chosen = draw(st.lists(values, min_size=1, max_size=3))
            return f"{column} {draw(st.sampled_from(['in', 'notin']))} ({','.join(chosen)})"
        value = draw(values)
        ops = ["=", "!=", ">", ">=", "<", "<="] if value else ["=", "!="]
        return f"{column}{draw(st.sampled_from(ops))}{value}"
    column = draw(st.sampled_from(sorted(_TEXTS)))
    values = st.sampled_from(_TEXTS[column])
    if kind == "set":
        chosen = [_quoted(v) for v in draw(st.lists(values, min_size=1, max_size=3))]
        return f"{column} {draw(st.sampled_from(['in', 'notin']))} ({', '.join(chosen)})"
    value = draw(values)
    if kind == "has" and value:
        cut = draw(st.sampled_from([value, value[:1], value.swapcase()]))
        return f"{column}{draw(st.sampled_from(['~', '!~', '^=']))}{_quoted(cut)}"
    return f"{column}{draw(st.sampled_from(['=', '!=']))}{_quoted(value)}"


SELECTORS = ["app", "!app", "app=web", "app!=web", "app in (web,)", "app notin (web,db)", "x-1="]
SELECTORS += ["example.com/tier=db", "!example.com/tier", "example.com/tier in (web, db),app"]


_sorts = st.lists(
    st.builds(
        str.__add__,
        st.sampled_from(["", "-"]),
        st.sampled_from([c.id for c in COLUMNS if c.can_sort]),
    ),
    max_size=3,
)
_facets = st.lists(st.sampled_from([c.id for c in COLUMNS if c.facet]), max_size=3, unique=True)


def _query(filters, labels, q):
    parts = {"filter": filters, "labels": labels, "q": q, "sort": _sorts, "facet": _facets}
    return st.fixed_dictionaries(parts)


_none = st.just("")
_filters = st.lists(filters(), min_size=1, max_size=2)
_selectors = st.sampled_from(SELECTORS)
_searches = st.sampled_from(["a", "B", "é", "K", "web a", "%", "_", "i", "\\"])

queries = st.one_of(
    _query(st.just([]), _none, _none),
    _query(st.lists(filters(), min_size=1, max_size=1), _none, _none),
    _query(st.just([]), _selectors, _none),
    _query(st.just([]), _none, _searches),
    _query(_filters, st.one_of(_none, _selectors), st.one_of(_none, _searches)),
)
"""Mostly one kind of condition at a time: many together leave few rows to get wrong."""

tweaks = st.one_of(
    *(
        st.tuples(st.sampled_from(KEYS), st.just(name), st.sampled_from(values))
        for name, values in (
            ("hidden", ["", "x", "y"]),
            ("phase", PHASES),
            ("size", SIZES),
            ("load", LOADS),
            ("owner", OWNERS),
            ("namespace", NAMESPACES),
            ("store", STORES),
            ("home", HOMES),
        )
    )
)
"""(key, field, value): one field of one row changes."""
