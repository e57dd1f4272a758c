"""C23: a secret that somebody sends is in no answer, no log, no record and no table as it is.

Every field that the REST interface declares to be a password is found in its own document and sent
a canary, whatever operation has it: a new one is tried without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.secrets.keyring import make_key
from tests.console import BASE_URL, Caller, ConsoleApp, running_console
from tests.consoleprocess import openapi_document
from tests.unit.connections.test_secrets import dump
from tests.unit.features.test_invitations import accept, invited
from tests.waiting import until

CANARY = "canary-4f1d-in-a-field-of-secrets"
ALSO_SECRET = {"code", "credential", "token"}
"""Fields that hold a secret of the moment, which are of no declared format."""
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Without references; of several kinds the first that is not null."""
    while True:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = openapi_document()["components"]["schemas"][name]
        elif kinds := schema.get("anyOf") or schema.get("oneOf"):
            schema = next(kind for kind in kinds if kind.get("type") != "null")
        else:
            return schema


def is_secret(name: str, schema: dict[str, Any]) -> bool:
    return resolved(schema).get("format") == "password" or name in ALSO_SECRET


def example(schema: dict[str, Any], secret: Any) -> Any:
    """What fits the schema, or nearly, with `secret` in every field of secrets."""
    found = resolved(schema)
    if found.get("enum") or "const" in found:
        return found.get("const", found.get("enum", [None])[0])
    match found.get("type"):
        case "object":
            needed = found.get("required", ())
            fields = found.get("properties", {}).items()
            return {
                name: secret if is_secret(name, each) else example(each, secret)
                for name, each in fields
                if name in needed or is_secret(name, each)
            }
        case "array":
            return [example(found["items"], secret)] if found.get("items") else []
        case "integer" | "number":
            return found.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return "x" * max(1, found.get("minLength", 1))


def operations() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Method, address, type and schema of every body that has a field of secrets."""
    for path, methods in openapi_document()["paths"].items():
        for method, operation in methods.items():
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                schema = content.get("schema", {})
                if CANARY in str(example(schema, CANARY)):
                    yield method.upper(), re.sub(r"\{[^}]*\}", "x", path), kind, schema


async def send(caller: Caller, method: str, path: str, kind: str, body: Any) -> str:
    """The answer, all of it."""
    given: dict[str, Any] = {"data": body} if kind == FORM else {"json": body}
    url = f"{caller.base_url.join('/')}".rstrip("/") + path
    answer = await caller.request(method, url, headers={"if-match": '"1"'}, **given)
    return f"{answer.status_code} {answer.headers} {answer.text}"


def test_the_document_says_which_fields_are_secret() -> None:
    places = {path for _, path, _, _ in operations()}
    assert {"/api/v1/session", "/api/v1/setup", "/api/v1/users", "/api/v1/break-glass"} <= places
    assert len(places) > 15


async def test_a_secret_that_is_sent_is_nowhere_afterwards(
    tmp_path: Path, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "record.jsonl"
    declared = ({"kind": "file", "name": "disk", "path": str(record)},)
    options: dict[str, Any] = {"secrets_keys": make_key(), "audit_receivers": declared}
    async with running_console(tmp_path, database_url, **options) as console:
        owner, said = await console.owner(), []
        for method, path, kind, schema in operations():
            for secret in (CANARY, {"nested": CANARY}, [CANARY]):
                for caller in (owner, console.caller()):
                    body = example(schema, secret)
                    said.append(await send(caller, method, path, kind, body))
            body = example(schema, "") | {"unheard_of": CANARY}
            said.append(await send(console.caller(), method, path, kind, body))
        said += await what_goes_well(console)
        said += [await told(await console.owner(), path) for path in LISTS]
        await until(lambda: record.exists() and "new-one" in record.read_text())
        found = {
            "an answer": [each for each in said if CANARY in each],
            "the database": CANARY in await dump(database_url, console),
            "a file": files_with_it(tmp_path),
        }
    output = "".join(capfd.readouterr())
    assert "/api/v1/users" in output, "the log was looked at"
    assert found == {"an answer": [], "the database": False, "a file": []}
    assert CANARY not in output


LISTS = (
    "/collections/activity?format=jsonl",
    "/collections/users?format=csv",
    "/collections/tokens?format=jsonl",
    "/collections/invitations?format=jsonl",
    "/collections/jobs?format=jsonl",
    f"{BASE_URL}/metrics",
)


async def told(caller: Caller, path: str) -> str:
    answer = await caller.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


def files_with_it(home: Path) -> list[str]:
    files = [file for file in home.rglob("*") if file.is_file()]
    return [file.name for file in files if CANARY.encode() in file.read_bytes()]


async def what_goes_well(console: ConsoleApp) -> list[str]:
    """Secrets that are taken: the password of a new account, of one that was invited, a change of
    it, and the password of a connection."""
    owner = await console.owner()
    made = await owner.post("/users", json={"login": "new-one", "password": f"{CANARY}-1"})
    assert made.status_code == 201, made.text
    caller = console.caller()
    entered = await caller.sign_in("new-one", f"{CANARY}-1")
    assert entered.status_code == 200, entered.text
    change = {"current": f"{CANARY}-1", "password": f"{CANARY}-2"}
    changed = await caller.put("/account/password", json=change)
    assert changed.status_code in (200, 204), changed.text
    _, token = await invited(owner, "invited-one")
    _, arrived = await accept(console, token, f"{CANARY}-3")
    assert arrived.status_code == 201, arrived.text
    values = {"endpoints": ["https://etcd.invalid:2379"], "username": "u", "password": CANARY}
    etcd = {"kind": "etcd", "name": "far", "way": "endpoints", "values": values, "untested": True}
    added = await owner.post("/connections", json=etcd)
    assert added.status_code == 201, added.text
    about = await owner.get("/connections/etcd/far/diagnostics")
    return [made.text, entered.text, changed.text, arrived.text, added.text, about.text]
