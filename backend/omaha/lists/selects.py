"""The SELECTs behind the update service's collections, columns named like the rows' fields."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel

from backend.omaha.checkin.traces import Fault
from backend.omaha.domain.model import (
    Arch,
    FleetEventKind,
    PackageKind,
    RolloutState,
    Severity,
)
from backend.omaha.store import tables

__all__ = [
    "applications",
    "channels",
    "events",
    "groups",
    "label",
    "mirrors",
    "packages",
    "payloads",
    "refused",
    "rollouts",
    "table_of",
    "text_of",
]

Element = ColumnElement[Any]


def table_of(model: type[SQLModel]) -> sa.Table:
    """The table of a mapped class."""
    found: sa.Table = model.__table__  # type: ignore[attr-defined]  # a mapped class
    return found


APPLICATION: Final = table_of(tables.ApplicationRecord)
GROUP: Final = table_of(tables.GroupRecord)
CHANNEL: Final = table_of(tables.ChannelRecord)
PACKAGE: Final = table_of(tables.PackageRecord)
ROLLOUT: Final = table_of(tables.RolloutRecord)
COUNTER: Final = table_of(tables.CounterRecord)
TALLY: Final = table_of(tables.TallyRecord)
FLOOR: Final = table_of(tables.FloorRecord)
FILE: Final = table_of(tables.PackageFileRecord)
HOSTED: Final = table_of(tables.FileRecord)
EVENT: Final = table_of(tables.FleetEventRecord)
MIRROR: Final = table_of(tables.MirrorRecord)
REFUSED: Final = table_of(tables.RefusedRecord)
REGISTERED: Final = table_of(tables.RegisteredMirrorRecord)


_WRONG: Final = {
    str(fault): sa.literal(words, sa.String())
    for fault, words in {
        Fault.MALFORMED: "No valid Omaha request",
        Fault.APPLICATION: "Unknown application",
        Fault.TRACK: "Unknown track",
        Fault.VERSION: "No usable version",
        Fault.MACHINE: "No usable machine id",
    }.items()
}
"""What is wrong with a request, in words; one that a newer replica wrote as it is."""


def text_of(element: Element) -> Element:
    """A number as text, as keys and scopes hold it; missing: empty."""
    return sa.func.coalesce(sa.cast(element, sa.String()), sa.literal("", sa.String()))


def label(kind: type[IntEnum], element: Element) -> Element:
    """A stored enum as the API spells it; a number of a newer replica's as it is."""
    names = {member.value: sa.literal(member.name.lower(), sa.String()) for member in kind}
    return sa.case(names, value=element, else_=text_of(element))


def applications() -> sa.Subquery:
    """Applications with what there is in each."""
    key = APPLICATION.c.id
    machines = (
        sa.select(sa.func.coalesce(sa.func.sum(TALLY.c.machines), 0))
        .join(GROUP, GROUP.c.id == TALLY.c.group_id)
        .where(GROUP.c.application_id == key)
    )
    return sa.select(
        text_of(key).label("key"),
        text_of(key).label("application_id"),
        APPLICATION.c.name,
        APPLICATION.c.appid,
        APPLICATION.c.description,
        _number(GROUP, GROUP.c.application_id == key).label("groups"),
        _number(CHANNEL, CHANNEL.c.application_id == key).label("channels"),
        _number(PACKAGE, PACKAGE.c.application_id == key).label("packages"),
        sa.cast(machines.scalar_subquery(), sa.BigInteger()).label("machines"),
        APPLICATION.c.created_at.label("created"),
        APPLICATION.c.updated_at.label("updated"),
    ).subquery()


def groups() -> sa.Subquery:
    """Groups with their channel, its target, the rollout in force and the exact counts."""
    machines = (
        sa.select(sa.func.coalesce(sa.func.sum(TALLY.c.machines), 0))
        .where(TALLY.c.group_id == GROUP.c.id)
        .scalar_subquery()
    )
    enabled = GROUP.c.policy["enabled"].as_boolean()
    return (
        sa.select(
            text_of(GROUP.c.id).label("key"),
            text_of(GROUP.c.application_id).label("application_id"),
            text_of(GROUP.c.id).label("group_id"),
            GROUP.c.name,
            APPLICATION.c.name.label("application"),
            GROUP.c.track,
            label(Arch, GROUP.c.arch).label("arch"),
            _or_empty(CHANNEL.c.name).label("channel"),
            _or_empty(PACKAGE.c.release).label("target"),
            sa.case((enabled, _word("on")), else_=_word("off")).label("updates"),
            sa.case(
                (ROLLOUT.c.id.is_(None), _word("")), else_=label(RolloutState, ROLLOUT.c.state)
            ).label("rollout"),
            sa.cast(machines, sa.BigInteger()).label("machines"),
            sa.func.coalesce(COUNTER.c.in_progress, 0).label("in_progress"),
            sa.func.coalesce(COUNTER.c.timed_out, 0).label("timed_out"),
            sa.func.coalesce(COUNTER.c.silent, 0).label("silent"),
            GROUP.c.description,
            GROUP.c.created_at.label("created"),
            GROUP.c.updated_at.label("updated"),
        )
        .join(APPLICATION, APPLICATION.c.id == GROUP.c.application_id)
        .outerjoin(CHANNEL, CHANNEL.c.id == GROUP.c.channel_id)
        .outerjoin(PACKAGE, PACKAGE.c.id == CHANNEL.c.package_id)
        .outerjoin(ROLLOUT, ROLLOUT.c.id == GROUP.c.rollout_id)
        .outerjoin(COUNTER, COUNTER.c.group_id == GROUP.c.id)
        .subquery()
    )


def channels() -> sa.Subquery:
    """Channels with what they point at."""
    return (
        sa.select(
            text_of(CHANNEL.c.id).label("key"),
            text_of(CHANNEL.c.application_id).label("application_id"),
            CHANNEL.c.name,
            APPLICATION.c.name.label("application"),
            label(Arch, CHANNEL.c.arch).label("arch"),
            _or_empty(PACKAGE.c.release).label("target"),
            text_of(CHANNEL.c.package_id).label("package_id"),
            _number(FLOOR, FLOOR.c.channel_id == CHANNEL.c.id).label("floors"),
            _number(GROUP, GROUP.c.channel_id == CHANNEL.c.id).label("groups"),
            CHANNEL.c.color,
            CHANNEL.c.created_at.label("created"),
            CHANNEL.c.updated_at.label("updated"),
        )
        .join(APPLICATION, APPLICATION.c.id == CHANNEL.c.application_id)
        .outerjoin(PACKAGE, PACKAGE.c.id == CHANNEL.c.package_id)
        .subquery()
    )


def packages() -> sa.Subquery:
    """Packages with how often they are used."""
    return (
        sa.select(
            text_of(PACKAGE.c.id).label("key"),
            text_of(PACKAGE.c.application_id).label("application_id"),
            PACKAGE.c.release,
            APPLICATION.c.name.label("application"),
            label(Arch, PACKAGE.c.arch).label("arch"),
            label(PackageKind, PACKAGE.c.kind).label("kind"),
            PACKAGE.c.size,
            (PACKAGE.c.url == sa.literal("", sa.String())).label("hosted"),
            _number(CHANNEL, CHANNEL.c.package_id == PACKAGE.c.id).label("channels"),
            _number(FILE, FILE.c.package_id == PACKAGE.c.id).label("files"),
            PACKAGE.c.filename,
            PACKAGE.c.url,
            PACKAGE.c.sha256,
            PACKAGE.c.description,
            PACKAGE.c.created_at.label("created"),
            PACKAGE.c.updated_at.label("updated"),
        )
        .join(APPLICATION, APPLICATION.c.id == PACKAGE.c.application_id)
        .subquery()
    )


def payloads(root: str) -> sa.Subquery:
    """Hosted files with the package each is of; they lie at `root`, a scope as text."""
    return (
        sa.select(
            text_of(HOSTED.c.id).label("key"),
            _word(root).label("scope"),
            HOSTED.c.name,
            HOSTED.c.size,
            HOSTED.c.sha256,
            _or_empty(PACKAGE.c.release).label("package"),
            text_of(HOSTED.c.package_id).label("package_id"),
            (HOSTED.c.signature != _word("")).label("signed"),
            HOSTED.c.created_at.label("created"),
        )
        .outerjoin(PACKAGE, PACKAGE.c.id == HOSTED.c.package_id)
        .where(HOSTED.c.complete)
        .subquery()
    )


def rollouts() -> sa.Subquery:
    """Rollouts, past ones too; `current` is the one in force in its group."""
    current = sa.func.coalesce(GROUP.c.rollout_id == ROLLOUT.c.id, sa.false())
    return (
        sa.select(
            text_of(ROLLOUT.c.id).label("key"),
            text_of(GROUP.c.application_id).label("application_id"),
            text_of(GROUP.c.id).label("group_id"),
            ROLLOUT.c.release,
            GROUP.c.name.label("group"),
            APPLICATION.c.name.label("application"),
            label(RolloutState, ROLLOUT.c.state).label("state"),
            sa.type_coerce(current, sa.Boolean()).label("current"),
            ROLLOUT.c.reason,
            *(
                ROLLOUT.c[name]
                for name in ("in_progress", "succeeded", "failed", "timed_out", "deferred")
            ),
            ROLLOUT.c.forced,
            ROLLOUT.c.wave,
            ROLLOUT.c.created_at.label("created"),
            ROLLOUT.c.started_at.label("started"),
            ROLLOUT.c.finished_at.label("finished"),
        )
        .join(GROUP, GROUP.c.id == ROLLOUT.c.group_id)
        .join(APPLICATION, APPLICATION.c.id == GROUP.c.application_id)
        .subquery()
    )


def events() -> sa.Subquery:
    """What happened; some entries name only the group they are about."""
    application = sa.func.coalesce(EVENT.c.application_id, GROUP.c.application_id)
    return (
        sa.select(
            text_of(EVENT.c.id).label("key"),
            text_of(application).label("application_id"),
            text_of(EVENT.c.group_id).label("group_id"),
            EVENT.c.at,
            label(Severity, EVENT.c.severity).label("severity"),
            label(FleetEventKind, EVENT.c.kind).label("kind"),
            _or_empty(APPLICATION.c.name).label("application"),
            _or_empty(GROUP.c.name).label("group"),
            EVENT.c.machine_id,
            EVENT.c.release,
            EVENT.c.error_code.label("error"),
            EVENT.c.detail,
        )
        .outerjoin(GROUP, GROUP.c.id == EVENT.c.group_id)
        .outerjoin(APPLICATION, APPLICATION.c.id == application)
        .subquery()
    )


def mirrors() -> sa.Subquery:
    """Mirrors with the names of what they mirror: those that asked, and the registered ones that
    did not yet. Each is called by its registered name, else by its address: one of the two is
    always there."""
    bare = sa.func.replace(sa.func.replace(MIRROR.c.machine_id, "{", ""), "}", "")
    same = sa.and_(
        REGISTERED.c.application_id == MIRROR.c.application_id, REGISTERED.c.machine_id == bare
    )
    asked = (
        sa.select(
            MIRROR.c.key,
            text_of(REGISTERED.c.id).label("registered"),
            sa.func.coalesce(sa.func.nullif(REGISTERED.c.name, _word("")), MIRROR.c.ip)
            .label("name"),
            sa.case((REGISTERED.c.id.is_(None), _word("its requests")), else_=_word("registration"))
            .label("how"),
            text_of(MIRROR.c.application_id).label("application_id"),
            text_of(MIRROR.c.group_id).label("group_id"),
            MIRROR.c.ip,
            _or_empty(APPLICATION.c.name).label("application"),
            _or_empty(GROUP.c.name).label("group"),
            MIRROR.c.release,
            MIRROR.c.offered,
            MIRROR.c.manifests,
            MIRROR.c.requests,
            MIRROR.c.machine_id,
            MIRROR.c.first_at.label("first"),
            MIRROR.c.last_at.label("seen"),
        )
        .outerjoin(REGISTERED, same)
        .outerjoin(GROUP, GROUP.c.id == MIRROR.c.group_id)
        .outerjoin(APPLICATION, APPLICATION.c.id == MIRROR.c.application_id)
    )  # fmt: skip
    never = sa.cast(sa.null(), sa.Float())
    silent = (
        sa.select(
            (_word("registered ") + text_of(REGISTERED.c.id)).label("key"),
            text_of(REGISTERED.c.id).label("registered"),
            REGISTERED.c.name,
            _word("registration").label("how"),
            text_of(REGISTERED.c.application_id).label("application_id"),
            _word("").label("group_id"),
            _word("").label("ip"),
            APPLICATION.c.name.label("application"),
            *(_word("").label(empty) for empty in ("group", "release", "offered")),
            sa.cast(sa.literal(0), sa.Integer()).label("manifests"),
            sa.cast(sa.literal(0), sa.BigInteger()).label("requests"),
            REGISTERED.c.machine_id,
            never.label("first"),
            never.label("seen"),
        )
        .join(APPLICATION, APPLICATION.c.id == REGISTERED.c.application_id)
        .where(~sa.exists().where(same))
    )
    return sa.union_all(asked, silent).subquery()


def refused(root: str) -> sa.Subquery:
    """Refused requests; they belong to all of the service, at its scope `root`."""
    return sa.select(
        REFUSED.c.key,
        _word(root).label("scope"),
        sa.case(_WRONG, value=REFUSED.c.kind, else_=REFUSED.c.kind).label("kind"),
        REFUSED.c.ip,
        REFUSED.c.why,
        REFUSED.c.begins,
        REFUSED.c.requests,
        REFUSED.c.first_at.label("first"),
        REFUSED.c.last_at.label("seen"),
    ).subquery()


def _number(table: sa.Table, where: Element) -> Element:
    counted: Element = sa.select(sa.func.count()).select_from(table).where(where).scalar_subquery()
    return counted


def _or_empty(element: Element) -> Element:
    return sa.func.coalesce(element, sa.literal("", sa.String()))


def _word(text: str) -> Element:
    return sa.literal(text, sa.String())
