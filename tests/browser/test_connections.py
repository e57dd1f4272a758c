"""A connection's whole life in the browser, against the real stack, without a restart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import OWNER, ConsoleProcess, sign_in
from tests.stackfixtures import RunningStack


@pytest.fixture
def console(
    own_console: Callable[..., ConsoleProcess], monkeypatch: pytest.MonkeyPatch
) -> ConsoleProcess:
    """A console that is connected to nothing, and may go to this machine."""
    monkeypatch.setenv("CRATON_CONNECTION_NETWORKS", '["127.0.0.0/8"]')
    monkeypatch.setenv("CRATON_CONNECTION_HTTP_HOSTS", '["127.0.0.1"]')
    return own_console(connected=False)


def field(page: Page, name: str):
    return page.locator(f"[data-field={name}]").locator("textarea, input:not([type=file])").last


def choose(page: Page, kind: str) -> None:
    page.get_by_role("radio", name=kind, exact=True).check()


def fill_etcd(page: Page, stack: RunningStack) -> None:
    files = stack.etcd
    field(page, "endpoints").fill("\n".join(files.endpoints))
    field(page, "ca_data").fill(Path(files.ca).read_text())
    field(page, "cert_data").fill(Path(files.cert).read_text())
    field(page, "key_data").fill(Path(files.key).read_text())


def test_added_tested_broken_mended_and_removed(
    watched: Page, console: ConsoleProcess, stack: RunningStack
) -> None:
    stack.wait_ready("etcd-1", "etcd-2", "etcd-3")
    page = watched
    sign_in(page.context, console, OWNER, console.password)
    page.goto(f"{console.url}/connections")
    expect(page.locator("[data-state=empty]")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Add a connection").click()
    choose(page, "etcd")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("[data-field=endpoints]")).to_contain_text("This is needed")
    field(page, "name").fill("remote")
    fill_etcd(page, stack)
    page.get_by_role("button", name="Test").click()
    expect(page.locator(".cr-test-result")).to_contain_text("every right the console needs")
    assert violations(page) == []
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("remote")
    expect(page.locator(".cr-page-sentence")).to_contain_text("Connected")
    expect(page.locator("[data-secret=stays]")).to_be_visible()
    assert violations(page) == []
    broken(page, stack)
    reauthenticated(page, stack)
    page.goto(f"{console.url}/key-value/keys")
    expect(page.locator("tr.cr-row[data-key]").first).to_be_visible()
    removed(page, console)


def broken(page: Page, stack: RunningStack) -> None:
    """An address where nothing answers: said at the field, saved on purpose, shown as down."""
    field(page, "endpoints").fill("https://127.0.0.1:1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-field=key_data]")).to_contain_text("type the secret again")
    field(page, "key_data").fill(Path(stack.etcd.key).read_text())
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-field=endpoints]")).to_contain_text("refused")
    page.get_by_role("button", name="Save without testing").click()
    expect(page.locator(".cr-page-sentence")).to_contain_text("Down")
    fill_etcd(page, stack)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".cr-page-sentence")).to_contain_text("Connected")


def reauthenticated(page: Page, stack: RunningStack) -> None:
    page.get_by_role("button", name="Re-authenticate").click()
    dialogue = page.get_by_role("dialog")
    dialogue.locator("[data-field=key_data] textarea").last.fill("not a key")
    dialogue.get_by_role("button", name="Re-authenticate").click()
    expect(dialogue.locator("[data-field=key_data]")).to_contain_text("cannot be used")
    assert violations(page) == []
    dialogue.locator("[data-field=key_data] textarea").last.fill(Path(stack.etcd.key).read_text())
    dialogue.get_by_role("button", name="Re-authenticate").click()
    expect(dialogue.get_by_role("link", name="Show the record in Activity")).to_be_visible()
    dialogue.get_by_role("button", name="Close").last.click()
    expect(dialogue).to_have_count(0)
    expect(page.locator(".cr-page-sentence")).to_contain_text("Connected")


def removed(page: Page, console: ConsoleProcess) -> None:
    page.goto(f"{console.url}/connections/etcd/remote")
    page.get_by_role("button", name="Delete").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.locator("[data-collection=keys]")).to_contain_text(re.compile(r"\d+ Keys"))
    dialogue.get_by_role("button", name="Delete").click()
    # A toast goes by itself, but not under the pointer: it is looked at before the page is.
    toast = page.locator(".cr-toasts")
    expect(toast).to_contain_text("Delete: remote")
    toast.locator(".pf-v6-c-alert").first.hover()
    assert violations(page) == []
    toast.get_by_role("button", name="Close: Delete: remote").click()
    expect(toast.locator(".pf-v6-c-alert")).to_have_count(0)
    expect(page.locator("[data-state=empty]")).to_be_visible()
    page.get_by_role("button", name="Jobs:").click()
    told = page.get_by_role("dialog", name="Jobs")
    expect(told).to_contain_text("Delete: remote")
    # By its key: the popover may still find its place under a pointer.
    told.get_by_role("link", name="Show the record in Activity").first.press("Enter")
    expect(page.locator("tr.cr-row[data-key]").first).to_contain_text("remote")
    page.goto(f"{console.url}/key-value/keys")
    expect(page.locator("[data-state=empty]")).to_be_visible()


def test_two_people_who_change_the_same_connection(
    watched: Page, console: ConsoleProcess, stack: RunningStack
) -> None:
    stack.wait_ready("registry")
    page = watched
    sign_in(page.context, console, OWNER, console.password)
    with console.caller() as other:
        draft = {"kind": "registry", "name": "images", "way": "url"}
        values = {"url": stack.registry_url}
        made = other.post("/connections", json={**draft, "values": values})
        assert made.status_code == 201, made.text
        page.goto(f"{console.url}/connections/registry/images")
        field(page, "username").fill("ada")
        edit = {"way": "url", "values": {**values, "username": "eve", "password": "x"}}
        saved = other.put(
            "/connections/registry/images?untested=true",
            json=edit,
            headers={"if-match": made.headers["etag"]},
        )
        assert saved.status_code == 200, saved.text
    field(page, "password").fill("y")
    page.get_by_role("button", name="Save", exact=True).click()
    theirs = page.locator("[data-clash=username]")
    expect(theirs).to_contain_text("eve")
    expect(theirs.get_by_role("radio", name="ada")).to_be_checked()
    assert violations(page) == []
    theirs.get_by_role("radio", name="eve").check()
    expect(field(page, "username")).to_have_value("eve")
    expect(field(page, "password")).to_have_value("y")
    theirs.get_by_role("radio", name="ada").check()
    page.get_by_role("button", name="Save again").click()
    expect(page.get_by_role("link", name="Show the record in Activity")).to_be_visible()
    with console.caller() as other:
        stored = other.get("/connections/registry/images").json()
        assert stored["values"]["username"] == "ada"


def test_what_is_typed_is_kept_and_not_left_by_accident(
    watched: Page, console: ConsoleProcess, stack: RunningStack
) -> None:
    stack.wait_ready("kube-apiserver")
    page = watched
    sign_in(page.context, console, OWNER, console.password)
    page.goto(f"{console.url}/connections/new")
    choose(page, "Kubernetes")
    field(page, "name").fill("prod")
    text = stack.kubectl("config", "view", "--flatten", "--minify", "--raw", "-o", "json")
    context = json.loads(text)["current-context"]
    field(page, "kubeconfig_data").fill(text)
    expect(page.locator("[data-field=context] option", has_text=context)).to_have_count(1)
    page.get_by_role("link", name="Connections").first.click()
    page.get_by_role("button", name="Stay").click()
    expect(field(page, "name")).to_have_value("prod")
    page.get_by_role("link", name="Connections").first.click()
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_role("button", name="Add a connection")).to_be_visible()
    page.get_by_role("button", name="Add a connection").click()
    expect(field(page, "name")).to_have_value("prod")
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert "client-key-data" not in kept


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_well_wherever(
    watched: Page, console: ConsoleProcess, width: int, scheme: str
) -> None:
    page = watched
    page.set_viewport_size({"width": width, "height": 900 if width > 500 else 844})
    page.emulate_media(color_scheme=scheme)
    sign_in(page.context, console, OWNER, console.password)
    page.goto(f"{console.url}/connections/new")
    choose(page, "Kubernetes")
    expect(page.locator("[data-field=kubeconfig_data]")).to_be_visible()
    assert violations(page) == []
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0


def test_a_cluster_that_decides_too_is_reached_by_kubectl(
    watched: Page, own_console: Callable[..., ConsoleProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The local stack's is such a cluster."""
    monkeypatch.setenv("CRATON_KUBECTL_URL", "https://craton.test")
    console, page = own_console(), watched
    sign_in(page.context, console, OWNER, console.password)
    page.goto(f"{console.url}/connections/kubernetes/local")
    with page.expect_download() as loaded:
        page.get_by_role("link", name="Download kubeconfig").click()
    assert loaded.value.suggested_filename == "craton-local.yaml"
    assert "https://craton.test/kube/local" in Path(loaded.value.path()).read_text()
    expect(page.get_by_text(f"craton login {console.url}", exact=True)).to_be_visible()
    used = "kubectl --kubeconfig craton-local.yaml get pods -A"
    expect(page.get_by_text(used, exact=True)).to_be_visible()
    assert violations(page) == []
