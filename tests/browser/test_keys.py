"""Keys changed in the browser: nothing of somebody else's is lost, each change has a way back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import SCREENSHOTS, ConsoleProcess, sign_in
from tests.browser.pages import TablePage
from tests.consoleprocess import OWNER, PASSWORD, launch_console
from tests.stackfixtures import RunningStack
from tests.waiting import until_sync

pytestmark = pytest.mark.timeout(600)
BEGUN = "\n".join(f"line {number}" for number in range(1, 13)) + "\n"


@dataclass
class Folder:
    """A folder of this test's own in the stack's store."""

    stack: RunningStack
    path: str

    def put(self, name: str, value: str, *more: str) -> str:
        self.stack.etcdctl("put", *more, f"{self.path}{name}", value)
        return self.path + name

    def get(self, name: str) -> str:
        found = self.stack.etcdctl("get", "--print-value-only", self.path + name)
        return found.removesuffix("\n")

    def page(self, name: str) -> str:
        return f"/key-value/local/value?key={quote(self.path + name)}"


@pytest.fixture
def folder(stack: RunningStack) -> Iterator[Folder]:
    made = Folder(stack, f"/changed-{uuid.uuid4().hex[:6]}/")
    yield made
    stack.etcdctl("del", "--prefix", made.path)


def choose(page: Page, action: str) -> Locator:
    """The dialogue of an action, once the key was read."""
    page.get_by_role("button", name="Actions", exact=True).press("Enter")
    page.get_by_role("menuitem", name=action, exact=True).press("Enter")
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_role("button", name="Cancel")).to_be_visible()
    return dialogue


def finish(dialogue: Locator, verb: str) -> None:
    dialogue.get_by_role("button", name=verb, exact=True).press("Enter")
    expect(dialogue).to_contain_text("Done.")


def value_of(dialogue: Locator) -> Locator:
    return dialogue.get_by_role("textbox", name="Value", exact=True)


def picture(page: Page, name: str) -> None:
    """As it looks at both widths and in both themes."""
    size = page.viewport_size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(200)
            page.screenshot(path=SCREENSHOTS / f"{scheme}-{width}" / f"{name}.png")
    page.emulate_media(color_scheme="light")
    if size:
        page.set_viewport_size(size)


def test_a_key_is_made_edited_deleted_and_put_back(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    folder.put("other", "x")
    TablePage(page, console, f"/key-value/keys?filter={quote(f'folder^={folder.path}')}").loaded()
    dialogue = choose(page, "Create a key")
    name = dialogue.get_by_role("textbox", name="Key", exact=True)
    expect(name).to_have_value(folder.path)
    name.fill(f"{folder.path}port number")
    dialogue.get_by_role("combobox", name="Written as").select_option("json")
    value_of(dialogue).fill('{"port": 80')
    dialogue.get_by_role("button", name="Create a key").press("Enter")
    expect(dialogue).to_contain_text("This is not JSON")
    expect(value_of(dialogue)).to_be_focused()
    value_of(dialogue).fill('{"port": 8080}')
    picture(page, "key-create")
    assert violations(page) == []
    finish(dialogue, "Create a key")
    expect(dialogue).to_contain_text("etcd's watch says: it is at revision")
    assert folder.get("port number") == '{"port": 8080}'
    dialogue.get_by_role("link", name="Show the result").press("Enter")
    expect(page.get_by_role("heading", name="port number")).to_be_visible()
    dialogue = choose(page, "Edit")
    expect(value_of(dialogue)).to_have_value('{"port": 8080}')
    value_of(dialogue).fill('{"port": 9090}')
    finish(dialogue, "Save")
    assert folder.get("port number") == '{"port": 9090}'
    dialogue.get_by_role("button", name="Undo").press("Enter")
    expect(dialogue).to_contain_text("Undone.")
    assert folder.get("port number") == '{"port": 8080}'
    page.keyboard.press("Escape")
    dialogue = choose(page, "Delete")
    picture(page, "key-delete")
    assert violations(page) == []
    finish(dialogue, "Delete")
    expect(dialogue).to_contain_text("etcd's watch says: it is gone.")
    assert folder.get("port number") == ""
    dialogue.get_by_role("button", name="Undo").press("Enter")
    expect(dialogue).to_contain_text("Undone.")
    assert folder.get("port number") == '{"port": 8080}'


def test_what_somebody_else_wrote_meanwhile_is_shown_beside_ones_own(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    folder.put("shared", BEGUN)
    page.goto(console.url + folder.page("shared"))
    dialogue = choose(page, "Edit")
    expect(value_of(dialogue)).to_have_value(BEGUN)
    folder.put("shared", BEGUN.replace("line 2\n", "theirs 2\n"))
    mine = BEGUN.replace("line 11\n", "mine 11\n")
    value_of(dialogue).fill(mine)
    dialogue.get_by_role("button", name="Save").press("Enter")
    expect(dialogue).to_contain_text("was changed meanwhile")
    theirs = dialogue.get_by_role("region", name="What they changed of it meanwhile")
    yours = dialogue.get_by_role("region", name="What you changed of what you began with")
    expect(theirs).to_contain_text("theirs 2")
    expect(theirs).not_to_contain_text("mine 11")
    expect(yours).to_contain_text("mine 11")
    expect(yours).not_to_contain_text("theirs 2")
    picture(page, "key-conflict")
    assert violations(page) == []
    assert "theirs 2" in folder.get("shared")
    # Theirs, and one's own over it.
    dialogue.get_by_role("radio", name="Take theirs").check()
    expect(value_of(dialogue)).to_have_value(BEGUN.replace("line 2\n", "theirs 2\n"))
    both = BEGUN.replace("line 2\n", "theirs 2\n").replace("line 11\n", "mine 11\n")
    value_of(dialogue).fill(both)
    finish(dialogue, "Save again")
    assert folder.get("shared") == both


def test_a_key_that_goes_while_it_is_edited_is_made_anew_if_that_is_wanted(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    folder.put("short", "kept in the form")
    page.goto(console.url + folder.page("short"))
    dialogue = choose(page, "Edit")
    value_of(dialogue).fill("mine")
    folder.stack.etcdctl("del", f"{folder.path}short")
    dialogue.get_by_role("button", name="Save").press("Enter")
    expect(dialogue).to_contain_text("was deleted, or its lease ran out")
    expect(dialogue).to_contain_text("Saving makes it anew, without a lease.")
    assert violations(page) == []
    finish(dialogue, "Save again")
    assert folder.get("short") == "mine"


def test_bytes_and_the_lease_stay_as_they_are(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    lease = folder.stack.etcdctl("lease", "grant", "3600").split()[1]
    folder.put("returns", "a\r\nb", f"--lease={lease}")
    page.goto(console.url + folder.page("returns"))
    dialogue = choose(page, "Edit")
    ways = dialogue.get_by_role("combobox", name="Written as")
    expect(ways).to_have_value("base64")
    ways.select_option("hex")
    expect(value_of(dialogue)).to_have_value("61 0d 0a 62")
    value_of(dialogue).fill("61 0d 0a 63")
    expect(dialogue.get_by_role("switch", name="Keep its lease")).to_be_checked()
    picture(page, "key-bytes")
    assert violations(page) == []
    finish(dialogue, "Save")
    told = json.loads(folder.stack.etcdctl("get", f"{folder.path}returns", "-w", "json"))["kvs"][0]
    assert told["value"] == "YQ0KYw=="
    assert told["lease"] == int(lease, 16)
    folder.stack.etcdctl("lease", "revoke", lease)


def test_a_lease_is_chosen_among_those_there_are(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    first, other = (folder.stack.etcdctl("lease", "grant", "3600").split()[1] for _ in range(2))
    folder.put("leased", "x", f"--lease={first}")
    page.goto(console.url + folder.page("leased"))
    dialogue = choose(page, "Edit")
    dialogue.get_by_text("Keep its lease").click()
    leases = dialogue.get_by_role("combobox", name="Lease", exact=True)
    expect(leases).to_contain_text(f"{first}: ")
    expect(leases.locator(f"option[value='{first}']")).to_contain_text("of 3600 s left, one key")
    leases.select_option(other)
    picture(page, "key-lease")
    assert violations(page) == []
    finish(dialogue, "Save")
    told = json.loads(folder.stack.etcdctl("get", f"{folder.path}leased", "-w", "json"))["kvs"][0]
    assert told["lease"] == int(other, 16)
    for lease in (first, other):
        folder.stack.etcdctl("lease", "revoke", lease)


def test_a_secret_is_replaced_unseen_and_kept_in_no_draft(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    folder.put("password", "hunter2-never-shown")
    page.goto(console.url + folder.page("password"))
    dialogue = choose(page, "Edit")
    expect(dialogue).to_contain_text("Its present value is not shown")
    expect(value_of(dialogue)).to_have_value("")
    value_of(dialogue).fill("typed-secret")
    assert "hunter2" not in page.content()
    assert "typed-secret" not in page.evaluate("JSON.stringify({...sessionStorage})")
    finish(dialogue, "Save")
    assert folder.get("password") == "typed-secret"


def test_who_may_not_is_told_why(watched: Page, console: ConsoleProcess, folder: Folder) -> None:
    folder.put("seen", "x")
    with console.caller() as owner:
        login = console.add_member(owner, ("viewer", "org/main"))
    sign_in(watched.context, console, login, PASSWORD)
    watched.goto(console.url + folder.page("seen"))
    watched.get_by_role("button", name="Actions", exact=True).press("Enter")
    item = watched.get_by_role("menuitem", name="Edit")
    expect(item).to_have_attribute("aria-disabled", "true")
    expect(item).to_contain_text("Your roles here lack the right key:update.")
    assert violations(watched) == []


@pytest.fixture
def closed(tmp_path: Path, stack: RunningStack) -> Iterator[ConsoleProcess]:
    """A console whose owner connected the store in the browser: changes are off at first."""
    environment = {"CRATON_CONNECTION_NETWORKS": '["127.0.0.0/8"]'}
    running = launch_console(tmp_path / "closed", None, environment=environment)
    files = stack.etcd
    values = {
        "endpoints": list(files.endpoints),
        "ca_data": Path(files.ca).read_text(),
        "cert_data": Path(files.cert).read_text(),
        "key_data": Path(files.key).read_text(),
    }
    with running.caller() as owner:
        draft = {"kind": "etcd", "name": "local", "way": "endpoints", "values": values}
        made = owner.post("/connections", json=draft)
        assert made.status_code == 201, made.text
    yield running
    running.stop()


def test_changes_are_off_at_first_and_the_page_says_who_can_allow_them(
    watched: Page, closed: ConsoleProcess, folder: Folder
) -> None:
    page = watched
    folder.put("kept", "x")
    sign_in(page.context, closed, OWNER, closed.password)
    page.goto(f"{closed.url}/key-value/keys")
    actions = page.get_by_role("button", name="Actions", exact=True)
    actions.press("Enter")
    item = page.get_by_role("menuitem", name="Create a key")
    expect(item).to_have_attribute("aria-disabled", "true")
    expect(item).to_contain_text("Changes from the console are switched off for the etcd local.")
    expect(item).to_contain_text("(Connections, etcd, local)")
    picture(page, "keys-off")
    assert violations(page) == []
    page.goto(f"{closed.url}/connections/etcd/local")
    expect(page.get_by_role("radio", name="Forbidden")).to_be_checked()
    expect(page.get_by_role("radio", name="Only read")).to_be_checked()
    page.get_by_role("radio", name="Allowed").check()
    picture(page, "keys-switch")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    with closed.caller() as owner:
        until_sync(
            lambda: owner.get("/connections/etcd/local").json()["values"]["changes"] == "allowed"
        )
    page.goto(closed.url + folder.page("kept"))
    dialogue = choose(page, "Edit")
    value_of(dialogue).fill("changed")
    finish(dialogue, "Save")
    assert folder.get("kept") == "changed"


def test_the_past_of_a_key_is_compared_and_put_back(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    for number in (1, 2, 3):
        folder.put("past", BEGUN.replace("line 5\n", f"line 5, try {number}\n"))
    page.goto(f"{console.url}{folder.page('past')}&tab=history")
    table = page.get_by_role("table", name="Revisions that etcd still holds")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(page.get_by_text("It was made at the last of these.")).to_be_visible()
    between = page.get_by_role("region", name="What changed from revision")
    expect(between).to_contain_text("line 5, try 2")
    expect(between).to_contain_text("line 5, try 3")
    first = table.get_by_role("row").nth(3).get_by_role("rowheader").inner_text()
    page.get_by_label("Compare revision").select_option(first)
    expect(between).to_contain_text("line 5, try 1")
    picture(page, "key-history")
    assert violations(page) == []
    page.get_by_role("button", name=f"Put back revision {first}").press("Enter")
    dialogue = page.get_by_role("dialog")
    finish(dialogue, "Put back")
    assert "try 1" in folder.get("past")
    page.keyboard.press("Escape")
    expect(table.get_by_role("row")).to_have_count(5)
    now = folder.stack.etcdctl("get", f"{folder.path}past", "-w", "json")
    folder.stack.etcdctl("compact", str(json.loads(now)["kvs"][0]["mod_revision"]))
    page.reload()
    expect(page.get_by_text("What was before is compacted")).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(2)


def test_a_key_that_is_gone_shows_what_it_held_and_is_put_back(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    folder.put("lost", "first\n")
    folder.put("lost", "last\n")
    folder.stack.etcdctl("del", f"{folder.path}lost")
    page.goto(console.url + folder.page("lost"))
    expect(page.get_by_text("There is no such key any more.")).to_be_visible()
    expect(page.locator("main")).to_contain_text(
        "It was deleted, or its lease ran out, at revision"
    )
    table = page.get_by_role("table", name="Revisions that etcd still holds")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(page.locator("main")).to_contain_text("What it held at last, from revision")
    expect(page.locator("main")).to_contain_text("last")
    picture(page, "key-gone")
    assert violations(page) == []
    table.get_by_role("button", name="Put back revision").first.press("Enter")
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("if there is still no key of this name")
    folder.put("lost", "theirs\n")
    dialogue.get_by_role("button", name="Put back", exact=True).press("Enter")
    expect(dialogue).to_contain_text("was changed meanwhile")
    assert folder.get("lost") == "theirs\n"
    dialogue.get_by_role("button", name="Cancel").press("Enter")
    expect(page.get_by_text("There is no such key any more.")).to_have_count(0)
    folder.stack.etcdctl("del", f"{folder.path}lost")
    page.reload()
    table.get_by_role("button", name="Put back revision").first.press("Enter")
    finish(page.get_by_role("dialog"), "Put back")
    assert folder.get("lost") != ""
    page.goto(f"{console.url}{folder.page('never')}")
    expect(page.locator("main")).to_contain_text("does not exist")


def test_a_folder_goes_after_its_name_was_typed_and_only_as_it_was_seen(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    for number in range(25):
        folder.put(f"key {number:02}", "x")
    where = f"/key-value/keys?filter={quote(f'folder^={folder.path}')}"
    TablePage(page, console, where).loaded()
    page.get_by_role("button", name="Actions", exact=True).press("Enter")
    with page.expect_download() as taken:
        page.get_by_role("menuitem", name="Export this folder as JSON").press("Enter")
    document = json.loads(taken.value.path().read_text())
    assert (document["count"], document["complete"]) == (25, True)
    dialogue = choose(page, "Delete this folder")
    expect(dialogue).to_contain_text("25 keys go, among them:")
    expect(dialogue).to_contain_text("and 5 more.")
    button = dialogue.get_by_role("button", name="Delete this folder")
    expect(button).to_be_disabled()
    folder.put("theirs", "x")
    dialogue.get_by_label("Type the name to confirm").fill(folder.path)
    picture(page, "folder-delete")
    assert violations(page) == []
    button.press("Enter")
    expect(dialogue).to_contain_text("nothing was deleted")
    expect(dialogue).to_contain_text("26 keys go, among them:")
    assert folder.get("key 00") == "x"
    finish(dialogue, "Do it anyway")
    expect(dialogue).to_contain_text("26 keys were deleted.")
    assert folder.stack.etcdctl("get", "--prefix", "--keys-only", folder.path) == ""


def test_leases_are_granted_kept_and_revoked_with_their_keys(
    owner_page: Page, console: ConsoleProcess, folder: Folder
) -> None:
    page = owner_page
    page.goto(f"{console.url}/key-value")
    page.get_by_role("tab", name="Leases").click()
    dialogue = choose(page, "Grant a lease")
    dialogue.get_by_role("textbox", name="Seconds").fill("3600")
    finish(dialogue, "Grant a lease")
    told = dialogue.get_by_text("has 3600 s now.").inner_text()
    lease = told.split()[1]
    page.keyboard.press("Escape")
    folder.put("leased", "x", f"--lease={lease}")
    row = page.get_by_role("row").filter(has_text=lease)
    expect(row).to_contain_text(f"{folder.path}leased")
    picture(page, "leases")
    page.set_viewport_size({"width": 390, "height": 844})
    box = row.get_by_role("button", name=f"Actions of lease {lease}").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390, "nothing is reached by scrolling sideways"
    page.set_viewport_size({"width": 1440, "height": 900})
    assert violations(page) == []
    row.get_by_role("button", name=f"Actions of lease {lease}").press("Enter")
    page.get_by_role("menuitem", name="Keep alive once").press("Enter")
    finish(page.get_by_role("dialog"), "Keep alive once")
    page.keyboard.press("Escape")
    row.get_by_role("button", name=f"Actions of lease {lease}").press("Enter")
    page.get_by_role("menuitem", name="Revoke").press("Enter")
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("One key goes with it:")
    expect(dialogue).to_contain_text(f"{folder.path}leased")
    finish(dialogue, "Revoke")
    expect(dialogue).to_contain_text("one key went with it")
    assert folder.get("leased") == ""


def test_the_stores_own_users_and_roles_are_read(owner_page: Page, console: ConsoleProcess) -> None:
    page = owner_page
    page.goto(f"{console.url}/key-value")
    page.get_by_role("tab", name="Users").click()
    expect(page.get_by_text("etcd's own authentication is off")).to_be_visible()
    picture(page, "store-users")
    assert violations(page) == []
