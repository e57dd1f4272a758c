"""A situation as the routes show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from backend.commerce.licence.combining import COMMUNITY
from backend.commerce.licence.comparing import Difference
from backend.commerce.licence.dates import begins, ends, grace_ends
from backend.commerce.licence.evaluation import Held, Standing
from backend.commerce.licence.keeper import Situation
from backend.commerce.licence.meters import METERS
from backend.commerce.licence.sources import Place
from backend.commerce.licence.states import State
from backend.commerce.licence.stops import ALWAYS, STOPS, decide, works
from backend.commerce.licence.timeline import timeline
from backend.db.licence import LicenceEvent
from backend.features.licence.schemas import (
    ActView,
    ClockView,
    DifferenceView,
    EntitlementView,
    GrownView,
    LicenceDocumentView,
    LicenceEventView,
    LicenceView,
    SourceView,
    SpanView,
    StopView,
)

__all__ = ["act_views", "difference_view", "licence_view"]

_UNCOVERED: Final = (
    "The licence of this console does not cover it now; who looks after the licence sees why."
)


def licence_view(found: Situation, history: Sequence[LicenceEvent]) -> LicenceView:
    """All of it."""
    standing, clock = found.standing, found.clock
    chosen = found.chosen
    return LicenceView(
        state=standing.state,
        since=found.stored.memory.since,
        demo=standing.demo,
        installation=found.stored.installation,
        entitlements=_entitlements(standing),
        features=sorted(standing.features),
        documents=[_document(held, found) for held in standing.held],
        sources=[
            SourceView(
                place=source.place,
                where=source.where,
                wins=source.place == chosen.winner,
                licences=len(source.documents),
                error=source.error,
            )
            for source in chosen.sources
        ],
        timeline=[
            SpanView(state=span.state, start=span.start)
            for span in timeline(chosen.documents, clock.now, found.facts)
        ],
        clock=ClockView(now=clock.now, wall=clock.wall, mark=clock.mark, trust=clock.trust),
        history=[LicenceEventView.model_validate(one.model_dump()) for one in history],
        stops=_stops(),
        always=list(ALWAYS),
        acts=act_views(standing),
        keys=len(found.trust.keys.keys),
        keys_error=found.trust.error,
        row_version=found.stored.version,
    )


def act_views(standing: Standing, *, numbers: bool = True) -> list[ActView]:
    """Whether each act may be done now; without `numbers` not how many there are and may be."""
    decided = {act: decide(standing, act) for act in STOPS}
    return [
        ActView(
            act=act,
            allowed=one.allowed,
            reason=one.reason if numbers or one.allowed else _UNCOVERED,
            fix=one.fix,
        )
        for act, one in decided.items()
    ]


def difference_view(
    told: Difference, after: Situation, *, wins: bool, wins_over: Place | None
) -> DifferenceView:
    """What would change."""
    return DifferenceView(
        before=told.before,
        after=told.after,
        entitlements=[
            GrownView(name=one.name, before=one.before, after=one.after, way=one.way)
            for one in told.entitlements
        ],
        features_added=list(told.features_added),
        features_removed=list(told.features_removed),
        replaces=list(told.replaces),
        documents=[_document(held, after) for held in after.standing.held],
        wins=wins,
        wins_over=wins_over,
        row_version=after.stored.version,
    )


def _entitlements(standing: Standing) -> list[EntitlementView]:
    names = sorted({*METERS, *standing.entitlements}, key=[*METERS, *standing.entitlements].index)
    return [_entitlement(name, standing) for name in names]


def _entitlement(name: str, standing: Standing) -> EntitlementView:
    found = standing.entitlements.get(name)
    alone = standing.state in {State.COMMUNITY, State.DEGRADED}
    return EntitlementView(
        name=name,
        limit=found.value if found else COMMUNITY.get(name) if alone else None,
        count=standing.counts.get(name),
        enforce=found.enforce if found else "hard" if alone else "soft",
        unit=found.unit if found else METERS[name].unit,
        named=found is not None,
        over=name in standing.over,
        ceiling=standing.ceilings.get(name),
    )


def _document(held: Held, found: Situation) -> LicenceDocumentView:
    licence = held.licence
    added = found.stored.added.get(licence.jti) if found.chosen.winner == "database" else None
    return LicenceDocumentView(
        id=licence.jti,
        account=licence.sub,
        issuer=licence.iss,
        edition=licence.edition,
        sequence=licence.sequence,
        not_before=licence.not_before,
        expires_on=licence.expires_on,
        starts=begins(licence),
        ends=ends(licence),
        grace_ends=grace_ends(licence),
        phase=held.phase,
        by=held.by,
        trial=licence.trial,
        demo=held.document.demo,
        key=held.document.kid,
        features=list(licence.features),
        support=licence.support.level,
        revoked=held.facts.revoked,
        elsewhere=held.facts.elsewhere,
        added=added[0] if added else None,
        added_by=added[1] if added else "",
    )


def _stops() -> list[StopView]:
    return [
        StopView(
            act=stop.act,
            operations=list(stop.operations),
            entitlements=list(stop.adds),
            feature=stop.feature,
            states={state: works(stop, state) for state in State},
        )
        for stop in STOPS.values()
    ]
