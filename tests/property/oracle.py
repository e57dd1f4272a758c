"""What the answer to a query is, computed as plainly as possible and independently of the
engine: one row and one pair of rows at a time."""

from __future__ import annotations

import string
from collections import Counter
from functools import cmp_to_key

import msgspec

from auth.scope import covers
from auth.verb import Verb
from backend.live.column import Op, Type
from backend.live.query import Ago
from tests.property.things import ORG, THINGS

_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(text):
    return text.translate(_FOLD)


def places(row):
    """The scopes of a row, in each of the three trees it lies in."""
    yield tree(row)
    yield ("org", ORG, "etcd", row.store) if row.store else ("org", ORG)
    yield tuple(row.home.split("/"))


def tree(row):
    scope = ["org", ORG]
    for word, value in (("cluster", row.cluster), ("ns", row.namespace), ("repo", row.path)):
        if not value:
            break
        scope += [word, *value.split("/")] if word == "repo" else [word, value]
    return tuple(scope)


def allowed(principal, kind, verb, scope) -> bool:
    """Rights in another organisation show nothing here, whatever a row says of itself."""
    return any(
        b.role.allows(kind, verb) and covers(b.scope, scope) and covers(("org", ORG), b.scope)
        for b in principal.policy.bindings
    )


def visible(row, principal) -> bool:
    return any(allowed(principal, "thing", Verb.LIST, scope) for scope in places(row))


def shown(row, principal):
    """The row as the caller may see it: a cell without its right is as if it were missing."""
    store = ("org", ORG, "etcd", row.store) if row.store else ("org", ORG)
    if not allowed(principal, "gauge", Verb.LIST, store):
        row = msgspec.structs.replace(row, load=None)
    namespace = ("org", ORG, "cluster", row.cluster, *(("ns", row.namespace) * bool(row.namespace)))
    if not allowed(principal, "person", Verb.GET, namespace):
        row = msgspec.structs.replace(row, owner=None)
    return row


def passes(row, item, now) -> bool:
    value = getattr(row, item.column)
    given = [v.at(now) if isinstance(v, Ago) else v for v in item.values]
    text = THINGS.by_id[item.column].type in {Type.TEXT, Type.STATUS}
    missing = value is None or (text and value == "")
    if item.op in {Op.EQ, Op.IN, Op.NE, Op.NOT_IN}:
        equal = (missing and None in given) or (value is not None and value in given)
        return equal == (item.op in {Op.EQ, Op.IN})
    if item.op in {Op.HAS, Op.LACKS}:
        found = value is not None and given[0] in fold(value)
        return found == (item.op is Op.HAS)
    if value is None:
        return False
    if item.op is Op.BEGINS:
        return value[: len(given[0])] == given[0]
    return {
        Op.GT: value > given[0],
        Op.GE: value >= given[0],
        Op.LT: value < given[0],
        Op.LE: value <= given[0],
    }[item.op]


def selected(row, query, now, without="") -> bool:
    if not all(passes(row, f, now) for f in query.filters if f.column != without):
        return False
    for term in query.labels:
        held = row.labels.get(term.key)
        if (held in term.values if term.values else held is not None) != term.wanted:
            return False
    texts = [fold(text) for text in (row.name, row.namespace, row.owner) if text is not None]
    return all(any(word in text for text in texts) for word in query.words)


def compare(query):
    def order(a, b) -> int:
        for sort in query.sort:
            x, y = getattr(a, sort.column), getattr(b, sort.column)
            if x == y:
                continue
            if x is None or y is None:
                return 1 if x is None else -1
            return (1 if x > y else -1) * (-1 if sort.descending else 1)
        return (a.key > b.key) - (a.key < b.key)

    return cmp_to_key(order)


def answer(rows, query, principal, now):
    """(rows in order, facets) of the whole result."""
    seen = [shown(row, principal) for row in rows if visible(row, principal)]
    found = sorted((r for r in seen if selected(r, query, now)), key=compare(query))
    facets = {}
    for name in query.facets:
        counted = Counter(getattr(r, name) for r in seen if selected(r, query, now, name))
        order = sorted(counted.items(), key=lambda item: (-item[1], item[0] is None, item[0]))
        facets[name] = [{"value": value, "count": count} for value, count in order]
    return found, facets
