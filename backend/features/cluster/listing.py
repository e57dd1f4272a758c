"""Listing the objects of a custom kind, as the kind prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from auth.principal import Principal
from auth.role import Verb
from auth.scope import cluster as cluster_scope
from backend.errors import NotFoundProblem, Unprocessable
from backend.features.cluster.schemas import Custom, CustomPage, PrinterColumn
from backend.features.cluster.service import whole_kind
from backend.http.guard import no_such
from integrations.contract import UpstreamRefused
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.models.core import Printed as Declared
from integrations.kubernetes.models.meta import seconds
from integrations.kubernetes.paths import in_metadata, value_at
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.tables import SAID_ALREADY, Printed, TablePage

__all__ = ["CustomAsked", "custom_objects", "printed_dates"]


class CustomAsked(NamedTuple):
    """A page of custom objects: of which definition, where, from which cursor, how many."""

    definition: str
    namespace: str
    cursor: str
    limit: int


async def custom_objects(reader: ObjectReader, caller: Principal, asked: CustomAsked) -> CustomPage:
    """One page of objects of a custom kind: their metadata, and what the kind prints of them.

    A definition belongs to the cluster. For a caller who may not see it, one without objects
    in their namespace is as missing as one that does not exist.
    """
    definition, namespace, cursor, limit = asked
    kind = await whole_kind(reader, definition, namespaced=True if namespace else None)
    dates, whole = printed_dates(kind)
    try:
        page = await reader.table_page(kind, namespace, limit=limit, continue_=cursor, whole=whole)
    except UpstreamRefused as error:
        if not cursor:
            raise
        raise Unprocessable(
            "This cursor is too old or not one: start again from the first page.",
            errors=[{"field": "cursor", "message": error.message, "value": cursor[:100]}],
        ) from error
    where = cluster_scope(caller.organisation, reader.cluster)
    if not (
        page.rows
        or page.items
        or cursor
        or caller.policy.decide("definition", Verb.GET, where).allowed
    ):
        raise NotFoundProblem(no_such("object"))
    return _answer(kind, page, dates)


def _answer(kind: ResourceKind, page: TablePage, dates: dict[str, str]) -> CustomPage:
    own = _own_names(kind)
    columns = page.columns(own)
    paths = [dates.get(column.name, "") for column in columns]
    return CustomPage(
        kind=kind.kind,
        plural=kind.plural,
        group=kind.group,
        namespaced=kind.namespaced,
        columns=[
            PrinterColumn(name=c.name, type=c.type, description=c.description, priority=c.priority)
            for c in columns
        ],
        items=[_item(printed, paths) for printed in page.printed(own)],
        next=page.next or None,
    )


def _item(printed: Printed, paths: list[str]) -> Custom:
    meta, cells, document = printed
    return Custom(
        namespace=meta.namespace,
        name=meta.name,
        created=seconds(meta.creation_timestamp),
        deleting=seconds(meta.deletion_timestamp),
        labels=meta.labels,
        cells=[_exact(document, path, cell) for path, cell in zip(paths, cells, strict=False)],
    )


def printed_dates(kind: ResourceKind) -> tuple[dict[str, str], bool]:
    """The paths of its columns of dates, and whether they lead out of the metadata that every row
    has: only then must whole objects be read. The API server prints an age that was true when
    it was asked, and ``<invalid>`` for times to come."""
    own = _own_names(kind)
    dates = {
        column.name: column.json_path
        for column in _declared(kind)
        if column.type == "date" and (column.name not in SAID_ALREADY or column.name in own)
    }
    return dates, not all(in_metadata(path) for path in dates.values())


def _declared(kind: ResourceKind) -> Sequence[Declared]:
    versions = kind.definition.spec.versions if kind.definition else []
    version = next((v for v in versions if v.name == kind.version), None)
    return version.additional_printer_columns if version is not None else ()


def _own_names(kind: ResourceKind) -> frozenset[str]:
    """Which of the names that are left out a kind gives to columns that tell something else."""
    return frozenset(
        column.name
        for column in _declared(kind)
        if column.name in SAID_ALREADY and column.json_path.strip("{}$") not in _SAID_PATHS
    )


_SAID_PATHS: Final = frozenset(
    f".metadata.{name}" for name in ("name", "namespace", "creationTimestamp")
)


def _exact(document: dict[str, object], path: str, cell: str) -> str:
    value = value_at(document, path) if path else None
    return value if isinstance(value, str) and value else cell
