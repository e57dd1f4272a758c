from __future__ import annotations

import asyncio

import pytest

from tests.integration.omaha.api.conftest import ROOT, Api, Estate, package_body
from tests.roles import VIEWER


async def test_an_application_is_made_read_changed_and_deleted(api: Api) -> None:
    made = await api.make("/applications", appid="{ABC-1}", name="Agent", description="d")
    assert made["appid"] == "abc-1"
    assert made["counts"] == {"groups": 0, "channels": 0, "packages": 0, "machines": 0}
    path = f"/applications/{made['id']}"
    read = await api.send("GET", path)
    assert read.headers["etag"] == '"1"'
    assert read.json() == made
    changed = await api.patch(path, 1, name="Edge agent")
    assert changed.headers["etag"] == '"2"'
    assert changed.json()["name"] == "Edge agent"
    assert changed.json()["description"] == "d"
    assert (await api.delete(path, 2)).status_code == 204
    assert (await api.send("GET", path)).status_code == 404
    assert [action for action, _, _ in await api.audited()] == [
        "update-application:create", "update-application:update", "update-application:delete",
    ]  # fmt: skip
    assert (await api.audited())[1][2] == {"name": ["Agent", "Edge agent"]}


async def test_the_whole_estate_reads_back(api: Api, estate: Estate) -> None:
    assert estate.app["appid"] == "e96281a6-d1af-4bde-9a0a-97b76e56dc57"
    app = await api.get(f"/applications/{estate.app['id']}")
    assert app["counts"] == {"groups": 1, "channels": 1, "packages": 2, "machines": 0}
    channel = await api.get(f"/channels/{estate.channel['id']}")
    assert channel["package"] == {"id": estate.new["id"], "release": "4593.2.5"}
    assert channel["groups"] == [{"id": estate.group["id"], "name": "Production"}]
    group = await api.get(f"/groups/{estate.group['id']}")
    assert group["policy"]["enabled"] is True
    assert group["channel"]["package"]["release"] == "4593.2.5"
    package = await api.get(f"/packages/{estate.new['id']}")
    assert package["channels"] == [{"id": estate.channel["id"], "name": "stable"}]
    assert package["url"] == "https://u.example/x/", "a code base ends with a slash"


PATHS = ["applications", "channels", "packages", "groups"]


def _object(estate: Estate, kind: str) -> str:
    found = {
        "applications": estate.app, "channels": estate.channel,
        "packages": estate.old, "groups": estate.group,
    }[kind]  # fmt: skip
    return f"/{kind}/{found['id']}"


@pytest.mark.parametrize("kind", PATHS)
async def test_changes_need_the_version_they_mean(api: Api, estate: Estate, kind: str) -> None:
    path = _object(estate, kind)
    present = await api.get(path)
    change = {"color": "#000000"} if kind == "channels" else {"description": "x"}
    for method, body in (("PATCH", change), ("DELETE", None)):
        missing = await api.send(method, path, body)
        assert missing.status_code == 428, missing.text
        assert missing.headers["etag"] == f'"{present["version"]}"'
        stale = await api.send(method, path, body, if_match='"99"')
        assert stale.status_code == 412
        assert stale.headers["content-type"] == "application/problem+json"
        assert stale.json()["current"] == present
    assert await api.get(path) == present


@pytest.mark.parametrize("kind", PATHS)
async def test_of_concurrent_edits_of_one_version_one_wins(
    api: Api, estate: Estate, kind: str
) -> None:
    path = _object(estate, kind)
    present = await api.get(path)
    field = "color" if kind == "channels" else "description"
    values = [f"#00000{n}" for n in range(8)]
    answers = await asyncio.gather(
        *(api.patch(path, present["version"], **{field: value}) for value in values)
    )
    assert sorted(a.status_code for a in answers) == [200] + [412] * 7
    won = next(a.json() for a in answers if a.status_code == 200)
    assert await api.get(path) == won
    assert won["version"] == present["version"] + 1
    assert all(a.json()["current"] == won for a in answers if a.status_code == 412)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("applications", "description", "d"),
        ("groups", "description", "d"),
        ("channels", "color", "#00aa00"),
        ("packages", "description", "d"),
        ("packages", "release_notes", "n"),
    ],
)
async def test_a_text_is_emptied_and_null_means_as_it_is(
    api: Api, estate: Estate, kind: str, field: str, value: str
) -> None:
    path = _object(estate, kind)
    version = (await api.get(path))["version"]
    filled = (await api.patch(path, version, **{field: value})).json()
    assert filled[field] == value
    kept = (await api.patch(path, filled["version"], **{field: None})).json()
    assert kept[field] == value
    emptied = await api.patch(path, kept["version"], **{field: ""})
    assert emptied.status_code == 200, emptied.text
    assert emptied.json()[field] == ""


@pytest.mark.parametrize(("name", "count"), [("groups", 1), ("channels", 1), ("packages", 2)])
async def test_lists_are_asked_for_one_application(
    api: Api, estate: Estate, name: str, count: int
) -> None:
    assert len(await api.rows(name, f'application_id="{estate.app["id"]}"')) == count
    assert await api.rows(name, 'application_id="999999"') == []


async def test_a_package_from_elsewhere_needs_its_address(api: Api, estate: Estate) -> None:
    path = _object(estate, "packages")
    version = (await api.get(path))["version"]
    refused = await api.patch(path, version, url="")
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"] == "url"


async def test_a_change_that_changes_nothing_keeps_the_version(api: Api, estate: Estate) -> None:
    path = f"/groups/{estate.group['id']}"
    same = await api.patch(path, 1, name="Production")
    assert same.json()["version"] == 1


async def test_what_is_in_use_is_not_deleted_and_says_by_what(api: Api, estate: Estate) -> None:
    for kind, users in (
        ("applications", {"group", "channel", "package"}),
        ("channels", {"group"}),
    ):
        refused = await api.delete(_object(estate, kind), 1)
        assert refused.status_code == 409, refused.text
        assert {use["kind"] for use in refused.json()["used_by"]} == users
    refused = await api.delete(f"/packages/{estate.new['id']}", 1)
    assert refused.json()["used_by"] == [
        {"kind": "channel", "id": estate.channel["id"], "name": "stable"}
    ]
    floors = f"/channels/{estate.channel['id']}/floors/{estate.old['id']}"
    made = await api.send("PUT", floors, {"reason": "new key"}, if_match='"1"')
    assert made.json()["version"] == 2
    refused = await api.delete(f"/packages/{estate.old['id']}", 1)
    assert refused.json()["used_by"][0]["kind"] == "floor of channel"


async def test_floors_are_listed_in_the_order_machines_pass_them(api: Api, estate: Estate) -> None:
    base, app = f"/channels/{estate.channel['id']}/floors", estate.app["id"]
    third = await api.make(f"/applications/{app}/packages", **package_body("4593.1.0"))
    for version, package in enumerate((estate.new, third, estate.old), 1):
        answer = await api.send(
            "PUT", f"{base}/{package['id']}", {"reason": "r"}, if_match=f'"{version}"'
        )
        assert answer.status_code == 200, answer.text
    listed = await api.get(base)
    assert [f["package"]["release"] for f in listed["items"]] == [
        "4459.2.0", "4593.1.0", "4593.2.5",
    ]  # fmt: skip
    gone = await api.send("DELETE", f"{base}/{third['id']}", if_match='"4"')
    assert gone.json()["version"] == 5
    again = await api.send("DELETE", f"{base}/{third['id']}", if_match='"5"')
    assert again.status_code == 404


async def test_blacklist_and_target_exclude_each_other(api: Api, estate: Estate) -> None:
    channel = estate.channel["id"]
    refused = await api.patch(f"/packages/{estate.new['id']}", 1, blacklist=[channel])
    assert refused.status_code == 409
    listed = await api.patch(f"/packages/{estate.old['id']}", 1, blacklist=[channel])
    assert listed.json()["blacklist"] == [channel]
    refused = await api.patch(f"/channels/{channel}", 1, package_id=estate.old["id"])
    assert refused.status_code == 409
    assert "blacklist" in refused.json()["detail"]
    cleared = await api.patch(f"/packages/{estate.old['id']}", 2, blacklist=[])
    assert cleared.status_code == 200
    moved = await api.patch(f"/channels/{channel}", 1, package_id=estate.old["id"])
    assert moved.json()["package"]["release"] == "4459.2.0"
    action, target, change = (await api.audited())[-1]
    assert (action, target) == ("update-channel:update", "stable")
    assert change["package_id"][1] == estate.old["id"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/applications", {"appid": "a b", "name": "x"}, "appid"),
        ("/applications", {"appid": "a", "name": ""}, "name"),
        ("/applications", {"appid": "a", "name": "n\u0000"}, "name"),
        ("/applications", {"appid": "a", "name": "n", "nmae": 1}, "nmae"),
        ("{app}/packages", package_body("4459.2"), "release"),
        ("{app}/packages", package_body("v4459.2.0"), "release"),
        ("{app}/packages", package_body("1.0.0", url="ftp://x"), "url"),
        ("{app}/packages", package_body("1.0.0", sha256="abc"), "sha256"),
        ("{app}/packages", package_body("1.0.0", filename="../x"), "filename"),
        ("{app}/packages", package_body("1.0.0", size=0), "size"),
        ("{app}/packages", package_body("1.0.0", file_id=1), "url"),
        ("{app}/packages", {"release": "1.0.0", "arch": "amd64", "file_id": 9}, "file_id"),
        ("{app}/packages", {"release": "1.0.0", "arch": "amd64"}, "url"),
        ("{app}/packages", package_body("1.0.0", blacklist=[999]), "blacklist"),
        (
            "{app}/packages",
            package_body("1.0.0", extras=[{"name": "a", "size": 1}, {"name": "a", "size": 1}]),
            "extras",
        ),
        ("{app}/channels", {"name": "c", "arch": "amd64", "package_id": 999}, "package_id"),
        ("{app}/channels", {"name": "c", "arch": "sparc"}, "arch"),
        ("{app}/channels", {"name": "c", "arch": "amd64", "color": "red"}, "color"),
        ("{app}/groups", {"name": "g", "track": "t", "arch": "amd64", "channel_id": 99},
         "channel_id"),
        ("{app}/groups", {"name": "g", "track": "t", "arch": "amd64",
                          "policy": {"timezone": "Mars/Olympus"}}, "policy.timezone"),
        ("{app}/groups", {"name": "g", "track": "t", "arch": "amd64",
                          "policy": {"windows": [{"start": 2000}]}}, "policy.windows.0.start"),
        ("{app}/groups", {"name": "g", "track": "t", "arch": "amd64",
                          "policy": {"waves": [{"kind": "canary"}]}}, "policy.waves"),
    ],
)  # fmt: skip
async def test_bad_input_is_a_422_that_names_the_field(
    api: Api, estate: Estate, path: str, body: dict, field: str
) -> None:
    answer = await api.send("POST", path.format(app=f"/applications/{estate.app['id']}"), body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/applications", {"appid": "x", "name": "Flatcar"}, "name"),
        ("/applications", {"appid": "e96281a6-d1af-4bde-9a0a-97b76e56dc57", "name": "x"}, "appid"),
        ("{app}/packages", package_body("4593.2.5"), "release"),
        ("{app}/channels", {"name": "stable", "arch": "amd64"}, "name"),
        ("{app}/groups", {"name": "Production", "track": "t", "arch": "amd64"}, "name"),
        ("{app}/groups", {"name": "g", "track": "stable", "arch": "amd64"}, "track"),
    ],
)
async def test_what_is_taken_is_a_409_that_names_the_field(
    api: Api, estate: Estate, path: str, body: dict, field: str
) -> None:
    answer = await api.send("POST", path.format(app=f"/applications/{estate.app['id']}"), body)
    assert answer.status_code == 409, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_equal_names_on_another_architecture_are_fine(api: Api, estate: Estate) -> None:
    base = f"/applications/{estate.app['id']}"
    await api.make(f"{base}/packages", **package_body("4593.2.5", arch="aarch64"))
    channel = await api.make(f"{base}/channels", name="stable", arch="aarch64")
    await api.make(
        f"{base}/groups", name="Production", track="stable", arch="aarch64",
        channel_id=channel["id"],
    )  # fmt: skip
    wrong = await api.patch(f"/channels/{channel['id']}", 1, package_id=estate.new["id"])
    assert wrong.status_code == 422
    assert "amd64" in wrong.json()["detail"]
    other = await api.send(
        "POST", f"{base}/groups",
        {"name": "z", "track": "z", "arch": "amd64", "channel_id": channel["id"]},
    )  # fmt: skip
    assert other.status_code == 422


async def test_a_policy_is_replaced_or_changed_in_part(api: Api, estate: Estate) -> None:
    path = f"/groups/{estate.group['id']}/policy"
    changed = await api.patch(path, 1, max_updates_per_period=7, timezone="Europe/Berlin")
    policy = changed.json()["policy"]
    assert policy["enabled"] is True, "what was left out stays"
    assert policy["max_updates_per_period"] == 7
    replaced = await api.send("PUT", path, {"enabled": False}, if_match='"2"')
    assert replaced.json()["policy"]["max_updates_per_period"] == 1
    assert replaced.json()["version"] == 3
    bad = await api.patch(path, 3, period_seconds=1)
    assert bad.status_code == 422
    assert bad.json()["errors"][0]["field"] == "period_seconds"
    unknown = await api.patch(path, 3, office_hours=True)
    assert unknown.json()["errors"][0]["field"] == "office_hours"
    assert (await api.audited())[-2][2]["max_updates_per_period"] == [1, 7]


@pytest.mark.parametrize("kind", PATHS)
async def test_unknown_ids_are_404(api: Api, kind: str) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        answer = await api.send(method, f"/{kind}/12345", {}, if_match='"1"')
        assert answer.status_code == 404


async def test_a_viewer_reads_and_may_not_change(api: Api, estate: Estate) -> None:
    api.as_((VIEWER, ROOT))
    for kind in PATHS:
        path = _object(estate, kind)
        await api.get(path)
        refused = await api.patch(path, 1, description="x")
        assert refused.status_code == 403 if kind != "channels" else 422
        assert (await api.delete(path, 1)).status_code == 403
    refused = await api.send("POST", "/applications", {"appid": "a", "name": "b"})
    assert refused.status_code == 403


async def test_rights_end_at_the_application_and_the_group(api: Api, estate: Estate) -> None:
    other = await api.make("/applications", appid="other", name="Other")
    hidden = await api.make(
        f"/applications/{estate.app['id']}/groups", name="Hidden", track="h", arch="amd64",
        channel_id=estate.channel["id"],
    )  # fmt: skip
    app = (*ROOT, "updates", str(estate.app["id"]))
    api.as_((VIEWER, app))
    assert [a.name for a in await api.rows("applications")] == ["Flatcar"]
    assert (await api.send("GET", f"/applications/{other['id']}")).status_code == 404
    api.as_((VIEWER, (*app, "group", str(estate.group["id"]))))
    assert [g.name for g in await api.rows("groups")] == ["Production"]
    assert (await api.send("GET", f"/groups/{hidden['id']}")).status_code == 404
    assert (await api.send("GET", f"/channels/{estate.channel['id']}")).status_code == 404
    api.as_()
    assert await api.rows("applications") == []
    for path in (f"/groups/{estate.group['id']}",
                 f"/applications/{estate.app['id']}/overview"):  # fmt: skip
        assert (await api.send("GET", path)).status_code == 404
