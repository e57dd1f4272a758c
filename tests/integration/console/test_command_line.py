"""`craton get`, `describe` and `whoami` against a real console over the real stack."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.commandline import CommandLine, token_for
from tests.consoleprocess import ConsoleProcess, Person
from tests.stackfixtures import REPOSITORY
from tests.waiting import until


@pytest.fixture
def shell(server: ConsoleProcess, owner: Person, tmp_path: Path) -> CommandLine:
    rights = ("*:*", "user:get", "user:list", "service-account:list", "service-account:get")
    rights += ("service-account:watch",)
    return CommandLine(tmp_path, token_for(server, owner, *rights))


def test_every_collection_can_be_got(shell: CommandLine, owner: Person) -> None:
    """Nothing is listed by name in the command: what the console declares is there."""
    known = {one["name"] for one in owner.http.get("/collections").json()["collections"]}
    wanted = ("pods", "machines", "keys", "tags", "users")
    assert known.issuperset(wanted)
    for name in wanted:
        lines = shell.run("get", name, "--limit", "2").splitlines()
        assert 2 <= len(lines) <= 3, lines
        assert lines[0].isupper()


def test_filters_and_forms(shell: CommandLine) -> None:
    chosen = ("get", "pods", "--filter", "namespace=payments", "--limit", "3", "--sort", "-name")
    rows = json.loads(shell.run(*chosen, "-o", "json"))
    assert rows
    assert {row["namespace"] for row in rows} == {"payments"}
    names = [row["name"] for row in rows]
    assert names == sorted(names, reverse=True)
    assert [row["key"] for row in yaml.safe_load(shell.run(*chosen, "-o", "yaml"))]
    found = list(csv.reader(io.StringIO(shell.run(*chosen, "-o", "csv", "--columns", "name"))))
    assert found[0] == ["Name"]
    assert 2 <= len(found) <= 4
    for line in shell.run(*chosen, "-o", "name").splitlines():
        assert line.startswith("pods/")
    assert "\x1b" not in shell.run(*chosen)


def test_refusals_are_the_consoles_own_sentences(shell: CommandLine) -> None:
    assert "colour" in shell.run("get", "pods", "--filter", "colour=red", code=1)
    assert "Did you mean pods" in shell.run("get", "pod", code=1)
    assert "There is no such" in shell.run("describe", "pods", "no-such-pod", code=1)
    nobody = CommandLine(shell.home, {**shell.environment, "CRATON_TOKEN": "craton_x"})
    assert "Sign in" in nobody.run("get", "pods", code=3)
    away = CommandLine(shell.home, {**shell.environment, "CRATON_URL": "http://127.0.0.1:1"})
    assert "cannot be reached" in away.run("get", "pods", code=4)


def test_describe_finds_by_key_and_by_name(shell: CommandLine) -> None:
    lasting = ("--filter", "namespace=payments", "--filter", "name~ledger", "--limit", "1")
    row = json.loads(shell.run("get", "pods", "-o", "json", *lasting))[0]
    described = shell.run("describe", "pods", row["key"])
    assert row["name"] in described
    assert "UTC (" in described
    assert json.loads(shell.run("describe", "users", "owner", "-o", "json"))[0]["login"] == "owner"


def test_whoami_says_why(
    shell: CommandLine, server: ConsoleProcess, member: Callable[..., Person]
) -> None:
    assert shell.run("whoami").startswith("owner at http://")
    place = "org/main/cluster/local/ns/kube-system"
    viewer = member(("viewer", place))
    theirs = CommandLine(shell.home, token_for(server, viewer))
    assert f"at {place}" in theirs.run("whoami", "--can", "list", "pod", place)
    no = theirs.run("whoami", "--can", "delete", "pod", place, code=1)
    assert no.startswith("no\n")
    assert "roles that allow it" in no


async def test_watch_tells_what_comes_changes_and_goes(
    shell: CommandLine, owner: Person, tmp_path: Path
) -> None:
    name = f"watched-{uuid.uuid4().hex[:8]}"
    output = tmp_path / "watched"
    words = ("get", "service-accounts", "--filter", f"name={name}", "--watch", "-o", "json")
    watching = shell.started(output, *words)
    try:
        made = owner.http.post("/service-accounts", json={"name": name, "title": "first"})
        assert made.status_code == 201, made.text
        account = made.json()

        def told() -> list[tuple[str, str]]:
            whole, _, _half = output.read_text().rpartition("\n")
            events = map(json.loads, whole.splitlines())
            return [(event["type"], event["object"]["title"]) for event in events]

        await until(lambda: told() == [("ADDED", "first")])
        changed = owner.http.patch(
            f"/service-accounts/{account['id']}",
            json={"title": "second"},
            headers={"if-match": f'"{account["row_version"]}"'},
        )
        assert changed.status_code == 200, changed.text
        await until(lambda: told()[-1:] == [("MODIFIED", "second")])
        assert owner.http.delete(f"/service-accounts/{account['id']}").status_code == 204
        await until(lambda: told()[-1:] == [("DELETED", "second")])
        assert watching.poll() is None
    finally:
        watching.terminate()
        watching.wait(30)


async def test_watch_ends_with_its_token(
    shell: CommandLine, server: ConsoleProcess, owner: Person, tmp_path: Path
) -> None:
    output = tmp_path / "watched"
    watching = shell.started(output, "get", "pods", "--watch")
    try:
        await until(lambda: "ADDED" in output.read_text())
        tokens = owner.http.get("/tokens").json()
        secret = shell.environment["CRATON_TOKEN"]
        (mine,) = [one for one in tokens if secret.startswith(one["prefix"])]
        assert owner.http.delete(f"/tokens/{mine['id']}").status_code == 204
        await until(lambda: watching.poll() is not None)
        assert watching.returncode == 3
        assert "sign-in is over" in output.read_text()
    finally:
        watching.terminate()
        watching.wait(30)


def test_the_examples_of_the_readme_work(shell: CommandLine) -> None:
    section = (REPOSITORY / "README.md").read_text().split("### Command line")[1]
    block = section.split("```console\n")[1].split("```")[0]
    lines = [line.removeprefix("$ craton ") for line in block.splitlines()]
    asked = [line.split() for line in lines if line.startswith(("get", "whoami"))]
    assert len(asked) >= 4
    for words in asked:
        if "--watch" not in words:
            shell.run(*words)


def test_a_reader_that_has_seen_enough(shell: CommandLine) -> None:
    """`craton get | head` says nothing of its own."""
    command = f"{sys.executable} -m backend get pods -o json | head -n 1"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=REPOSITORY, env=shell.variables, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.stdout == "[\n"
    assert done.stderr == ""


def test_completion_knows_collections_and_columns(shell: CommandLine) -> None:
    shell.run("get", "pods", "--limit", "1")
    for script in ("bash", "zsh", "fish"):
        assert "_CRATON_COMPLETE" in shell.run("completion", script)
    assert "pods" in complete(shell, "craton get po")
    assert "status=" in complete(shell, "craton get pods --filter st")
    assert "created" in complete(shell, "craton get pods --sort cr")


def complete(shell: CommandLine, line: str) -> list[str]:
    """What bash would be offered behind this line."""
    words = line.split(" ")
    asked = {
        "_CRATON_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    asking = CommandLine(shell.home, shell.environment | asked)
    return asking.ended().stdout.split()
