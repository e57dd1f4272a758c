"""The update service as collections: what exists, who runs what, how rollouts go."""

from __future__ import annotations

from typing import Final

from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.rowscope import Field, RowScope, TextScope
from backend.omaha.domain import rights
from backend.omaha.lists.rows import (
    ApplicationRow,
    ChannelRow,
    GroupRow,
    InstanceRow,
    MirrorRow,
    PackageRow,
    PayloadRow,
    RefusedRow,
    RolloutRow,
    UpdateEventRow,
)

__all__ = [
    "APPLICATIONS",
    "CHANNELS",
    "GROUPS",
    "INSTANCES",
    "MIRRORS",
    "PACKAGES",
    "PAYLOADS",
    "REFUSED",
    "ROLLOUTS",
    "UPDATE_EVENTS",
]

OF_APPLICATION: Final = RowScope("updates", Field("application_id"))
OF_GROUP: Final = RowScope("updates", Field("application_id"), "group", Field("group_id"))

_APPLICATION: Final = Column("application", "Application", Type.TEXT, facet=True)
_APPLICATION_ID: Final = Column("application_id", "Application number", Type.TEXT, default=False)
_ARCH: Final = Column("arch", "Architecture", Type.TEXT, facet=True)
_CREATED: Final = Column("created", "Created", Type.TIME, default=False)
_UPDATED: Final = Column("updated", "Changed", Type.TIME)

APPLICATIONS: Final = Collection(
    name="applications",
    title="Update applications",
    kind=rights.APPLICATION,
    row=ApplicationRow,
    scopes=(OF_APPLICATION,),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("appid", "Omaha application id", Type.TEXT, searched=True),
        Column("machines", "Machines", Type.NUMBER),
        Column("groups", "Groups", Type.NUMBER),
        Column("channels", "Channels", Type.NUMBER),
        Column("packages", "Packages", Type.NUMBER),
        Column("description", "Description", Type.TEXT, default=False),
        _CREATED,
        _UPDATED,
    ),
    default_sort=("name",),
    where=("appid",),
)

GROUPS: Final = Collection(
    name="groups",
    title="Update groups",
    kind=rights.GROUP,
    row=GroupRow,
    scopes=(OF_GROUP,),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        _APPLICATION,
        _APPLICATION_ID,
        Column("track", "Track", Type.TEXT, searched=True),
        _ARCH,
        Column("channel", "Channel", Type.TEXT, searched=True, facet=True),
        Column("target", "Target version", Type.TEXT, searched=True, facet=True),
        Column("updates", "Updates", Type.STATUS, facet=True),
        Column("rollout", "Rollout", Type.STATUS, facet=True),
        Column("machines", "Machines", Type.NUMBER),
        Column("in_progress", "Updating", Type.NUMBER),
        Column("timed_out", "Timed out", Type.NUMBER),
        Column("silent", "Unseen for a day", Type.NUMBER),
        Column("description", "Description", Type.TEXT, default=False),
        _CREATED,
        Column("updated", "Changed", Type.TIME, default=False),
    ),
    default_sort=("application", "name"),
    where=("application", "channel"),
    place=25,
)

CHANNELS: Final = Collection(
    name="channels",
    title="Update channels",
    kind=rights.CHANNEL,
    row=ChannelRow,
    scopes=(OF_APPLICATION,),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        _APPLICATION,
        _APPLICATION_ID,
        _ARCH,
        Column("target", "Points at", Type.TEXT, searched=True, facet=True),
        Column("floors", "Floors", Type.NUMBER),
        Column("groups", "Groups", Type.NUMBER),
        _CREATED,
        _UPDATED,
    ),
    default_sort=("application", "name"),
    where=("application", "arch"),
)

PACKAGES: Final = Collection(
    name="packages",
    title="Update packages",
    kind=rights.PACKAGE,
    row=PackageRow,
    scopes=(OF_APPLICATION,),
    columns=(
        Column("release", "Version", Type.TEXT, searched=True),
        _APPLICATION,
        _APPLICATION_ID,
        _ARCH,
        Column("kind", "Kind", Type.TEXT, facet=True, default=False),
        Column("size", "Size", Type.BYTES),
        Column("hosted", "Hosted here", Type.BOOL, facet=True),
        Column("channels", "Channels", Type.NUMBER),
        Column("files", "Extra files", Type.NUMBER),
        Column("filename", "File", Type.TEXT, searched=True, default=False),
        Column("url", "Code base", Type.TEXT, default=False),
        Column("sha256", "SHA-256", Type.TEXT, default=False),
        Column("description", "Description", Type.TEXT, default=False),
        Column("created", "Created", Type.TIME),
        Column("updated", "Changed", Type.TIME, default=False),
    ),
    default_sort=("-created",),
    label="release",
    where=("application", "arch"),
)

PAYLOADS: Final = Collection(
    name="payloads",
    title="Hosted payloads",
    kind=rights.PACKAGE,
    row=PayloadRow,
    scopes=(TextScope("scope"),),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("size", "Size", Type.BYTES),
        Column("package", "Package", Type.TEXT, searched=True),
        Column("signed", "Signature kept", Type.BOOL, facet=True, default=False),
        Column("sha256", "SHA-256", Type.TEXT, default=False),
        Column("created", "Uploaded", Type.TIME),
    ),
    default_sort=("name",),
    where=("package",),
)

ROLLOUTS: Final = Collection(
    name="rollouts",
    title="Rollouts",
    kind=rights.GROUP,
    row=RolloutRow,
    scopes=(OF_GROUP,),
    columns=(
        Column("release", "To version", Type.TEXT, searched=True, facet=True),
        Column("group", "Group", Type.TEXT, searched=True, facet=True),
        _APPLICATION,
        Column("state", "State", Type.STATUS, facet=True),
        Column("current", "In force", Type.BOOL, facet=True),
        Column("in_progress", "Updating", Type.NUMBER),
        Column("succeeded", "Succeeded", Type.NUMBER),
        Column("failed", "Failed", Type.NUMBER),
        Column("timed_out", "Timed out", Type.NUMBER),
        Column("deferred", "Deferred or never reported", Type.NUMBER, default=False),
        Column("forced", "Forced", Type.NUMBER, default=False),
        Column("wave", "Wave", Type.NUMBER, default=False),
        Column("reason", "Reason", Type.TEXT),
        Column("created", "Opened", Type.TIME),
        Column("started", "First grant", Type.TIME, default=False),
        Column("finished", "Ended", Type.TIME),
    ),
    default_sort=("-created",),
    label="release",
    where=("group", "state"),
)

UPDATE_EVENTS: Final = Collection(
    name="update-events",
    title="Update events",
    kind=rights.GROUP,
    row=UpdateEventRow,
    scopes=(OF_GROUP,),
    columns=(
        Column("at", "Time", Type.TIME),
        Column("severity", "Severity", Type.STATUS, facet=True),
        Column("kind", "What", Type.TEXT, facet=True),
        _APPLICATION,
        Column("group", "Group", Type.TEXT, searched=True, facet=True),
        Column("machine_id", "Machine", Type.TEXT, searched=True),
        Column("release", "Version", Type.TEXT, searched=True),
        Column("error", "Error code", Type.NUMBER, default=False),
        Column("detail", "Detail", Type.TEXT, searched=True),
    ),
    default_sort=("-at",),
    label="detail",
    where=("group", "release"),
    place=85,
)

MIRRORS: Final = Collection(
    name="mirrors",
    title="Mirrors",
    kind=rights.MIRROR,
    row=MirrorRow,
    scopes=(OF_GROUP,),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("ip", "Address", Type.TEXT, searched=True),
        Column("how", "Known by", Type.TEXT, facet=True),
        _APPLICATION,
        Column("group", "Group", Type.TEXT, searched=True, facet=True),
        Column("release", "Has version", Type.TEXT, searched=True, facet=True),
        Column("offered", "Was told", Type.TEXT, searched=True, facet=True),
        Column("manifests", "Releases in the answer", Type.NUMBER),
        Column("requests", "Requests", Type.NUMBER),
        Column("seen", "Last seen", Type.TIME),
        Column("first", "First seen", Type.TIME, default=False),
        Column("machine_id", "Machine id", Type.TEXT, searched=True, default=False),
        Column("registered", "Registration", Type.TEXT, default=False),
    ),
    default_sort=("-seen",),
    where=("group", "release"),
)

REFUSED: Final = Collection(
    name="refused-requests",
    title="Refused update requests",
    kind=rights.REFUSED,
    row=RefusedRow,
    scopes=(TextScope("scope"),),
    columns=(
        Column("seen", "Last", Type.TIME),
        Column("kind", "What is wrong", Type.TEXT, facet=True),
        Column("why", "Why", Type.TEXT, searched=True),
        Column("ip", "Address of the last", Type.TEXT, searched=True),
        Column("requests", "Requests", Type.NUMBER),
        Column("begins", "Begins with", Type.TEXT, searched=True),
        Column("first", "First", Type.TIME, default=False),
    ),
    default_sort=("-seen",),
    label="kind",
    where=("why", "ip"),
)


def _unsorted(
    name: str, title: str, kind: Type, *, facet: bool = False, default: bool = True
) -> Column:
    """A column of millions of machines: only what an index holds in order can be sorted."""
    return Column(name, title, kind, facet=facet, default=default, sortable=False)


INSTANCES: Final = Collection(
    name="instances",
    title="Updating machines",
    kind=rights.INSTANCE,
    row=InstanceRow,
    scopes=(OF_GROUP,),
    columns=(
        Column("machine_id", "Machine id", Type.TEXT, searched=True),
        Column("name", "Name", Type.TEXT, searched=True),
        _unsorted("application", "Application", Type.TEXT, facet=True),
        _unsorted("group", "Group", Type.TEXT, facet=True),
        _unsorted("channel", "Channel", Type.TEXT, facet=True),
        _unsorted("release", "Version", Type.TEXT, facet=True),
        _unsorted("target", "Target version", Type.TEXT, facet=True),
        _unsorted("status", "Status", Type.STATUS, facet=True),
        _unsorted("reason", "Held because", Type.TEXT),
        _unsorted("seen", "Last seen", Type.TIME),
        Column("ip", "Address", Type.TEXT, searched=True),
        _unsorted("arch", "Architecture", Type.TEXT, default=False),
        _unsorted("oem", "OEM", Type.TEXT, default=False),
        _unsorted("error", "Error code", Type.NUMBER, default=False),
        _unsorted("grant", "Last offer", Type.TEXT, default=False),
        _unsorted("granted_release", "Offered version", Type.TEXT, default=False),
        _unsorted("granted", "Offered", Type.TIME, default=False),
        _unsorted("changed", "Status since", Type.TIME, default=False),
        _unsorted("track", "Track", Type.TEXT, default=False),
        _unsorted("pinned", "Moved by hand", Type.BOOL, default=False),
        _unsorted("hidden", "Hidden", Type.BOOL, default=False),
        _unsorted("created", "Registered", Type.TIME, default=False),
        _unsorted("application_id", "Application number", Type.TEXT, default=False),
        _unsorted("group_id", "Group number", Type.TEXT, default=False),
    ),
    default_sort=("machine_id",),
    label="machine_id",
    where=("group", "release"),
)
