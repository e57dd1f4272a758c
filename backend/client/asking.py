"""`craton get`, `describe` and `whoami`."""

from __future__ import annotations

import sys
import time
from typing import Any, Final

from backend.client.cells import cell, visible
from backend.client.console import Console
from backend.client.contexts import chosen
from backend.client.declared import Declared, find
from backend.client.failures import CommandFailed, Exit
from backend.client.keys import credential
from backend.client.output import Output, print_csv, print_lines, print_rows, show, to_yaml

__all__ = ["console_for", "describe", "get", "may", "whoami"]

_TIMES: Final = "%Y-%m-%d %H:%M:%S UTC"


def console_for(context: str | None) -> Console:
    """The console to ask, with the credential kept for it."""
    found = chosen(context)
    return Console(found, credential(found))


def get(
    console: Console,
    name: str,
    query: dict[str, Any],
    *,
    output: Output,
    columns: list[str],
    limit: int,
    watch: bool,
) -> None:
    """Print a collection's rows; with `watch` for ever what changes in them."""
    declared = find(console, name)
    params = {key: value for key, value in query.items() if value}
    params |= {"sort": ",".join(query["sort"])} if query["sort"] else {}
    if watch:
        _watch(console, declared, query, output=output, columns=columns, limit=limit)
    elif output is Output.CSV:
        print_csv(console, declared, params, columns, limit)
    elif output is Output.JSONL:
        print_lines(console, declared, params, columns, limit)
    else:
        print_rows(declared, console.rows(name, params, limit), output, columns)


def describe(console: Console, name: str, key: str, output: Output) -> None:
    """Print all fields of one row, found by its key or by its name where that is unique."""
    declared = find(console, name)
    row = _row(console, declared, key)
    if output in {Output.JSON, Output.YAML}:
        print_rows(declared, [row], output)
        return
    types = {column["id"]: column for column in declared.columns}
    width = max(len(str(types[f]["label"])) if f in types else len(f) for f in row)
    for field in [*(f for f in types if f in row), *(f for f in row if f not in types)]:
        column = types.get(field, {"label": field, "type": "text"})
        label = f"{column['label']}:".ljust(width + 2)
        show(f"{label} {_described(column['type'], row[field])}")


def whoami(console: Console, output: Output) -> None:
    """Print who the console takes the caller for, and their roles."""
    session = console.get("/session")
    if output is Output.JSON or output is Output.YAML:
        import json

        show(json.dumps(session, indent=2) if output is Output.JSON else to_yaml(session).rstrip())
        return
    name = f" ({session['name']})" if session["name"] != session["login"] else ""
    show(visible(f"{session['login']}{name} at {console.context.url}"))
    for role in session["roles"]:
        show(visible(f"  {role['title']} at {role['scope']}"))


def may(console: Console, verb: str, kind: str, scope: str) -> None:
    """Print whether the caller may do it there and why; fails when not, so scripts can ask."""
    asked = {"verb": verb, "kind": kind, "scope": scope}
    answer = console.get("/explanation", asked)
    if answer["allowed"]:
        show("yes")
        for reason in answer["reasons"]:
            show(f"  {_reason(reason)}")
        return
    show("no")
    for reason in answer["lacking"]:
        show(f"  {_reason(reason)} does not allow it")
    for reason in answer["elsewhere"]:
        show(f"  {_reason(reason)} allows it there only")
    if answer["roles"]:
        show(f"  roles that allow it: {visible(', '.join(answer['roles']))}")
    if answer["grantors"]:
        show(f"  who can grant one: {visible(', '.join(answer['grantors']))}")
    raise SystemExit(Exit.REFUSED)


def _watch(
    console: Console,
    declared: Declared,
    query: dict[str, Any],
    *,
    output: Output,
    columns: list[str],
    limit: int,
) -> None:
    from backend.client.watch import MOST, events, print_events

    if output in {Output.CSV, Output.JSONL, Output.YAML}:
        raise CommandFailed("--watch gives a table, json or name.", Exit.USAGE)
    if limit > MOST:
        raise CommandFailed(f"--watch follows {MOST} rows at most: filter them.", Exit.USAGE)
    words = {key: value for key, value in query.items() if value}
    total = console.get(f"/collections/{declared.name}", {**_asked(query), "limit": 1})["total"]
    if total > (limit or MOST):
        sys.stderr.write(f"craton: of {total} rows the first {limit or MOST} are followed\n")
    found = events(console, declared.name, words, limit or MOST, {})
    print_events(declared, found, output, columns)


def _asked(query: dict[str, Any]) -> dict[str, Any]:
    return {k: ",".join(v) if k == "sort" else v for k, v in query.items() if v}


def _row(console: Console, declared: Declared, key: str) -> dict[str, Any]:
    from urllib.parse import quote

    answer = console.send("GET", f"/collections/{declared.name}/{quote(key)}", expect=(404,))
    if answer.is_success:
        row: dict[str, Any] = answer.json()["row"]
        return row
    import json

    filters = [f"{declared.label}={json.dumps(key)}"]
    named = console.get(f"/collections/{declared.name}", {"filter": filters, "limit": 20})["rows"]
    if len(named) == 1:
        return dict(named[0])
    if named:
        keys = ", ".join(visible(str(row["key"])) for row in named)
        raise CommandFailed(f"Several are called {key!r}: say which by its key: {keys}")
    raise CommandFailed(str(answer.json().get("detail")))


def _described(kind: str, value: Any) -> str:
    if kind == "time" and isinstance(value, int | float):
        at = time.strftime(_TIMES, time.gmtime(value))
        return f"{at} ({cell(kind, value, time.time())})"
    return cell(kind, value, time.time())


def _reason(reason: dict[str, Any]) -> str:
    other = reason["through"] and reason["through_kind"] != "user"
    through = f" through {reason['through_kind']} {reason['through']}" if other else ""
    return visible(f"{reason['role'] or 'a role'} at {reason['scope']}{through}")
