"""A new console signs its first checkpoint in time, however little happens on it."""

from __future__ import annotations

from sqlalchemy import text

from backend.audit.stored import verify_stored
from backend.db.bus import Bus
from backend.features.activity.sequencing import EVERY_SECONDS, Sequencer
from backend.secrets.keyring import make_key, parse_ring
from backend.secrets.store import Secrets
from tests.unit.audit.chained import ORG, chained


async def test_the_first_checkpoint_is_signed_five_minutes_after_the_first_entry(
    database_url: str,
) -> None:
    async with chained(database_url) as chain:
        secrets = Secrets(parse_ring(make_key()))
        sequencer = Sequencer(chain.db_sessions, Bus(chain.engine), secrets, ORG)
        assert await sequencer.sign() is None
        await chain.add(2)
        wait = await sequencer.sign()
        assert wait is not None
        assert 0 < wait <= EVERY_SECONDS
        assert (await verify_stored(chain.db_sessions, ORG)).checkpoints == 0
        await chain.tamper(f"UPDATE audit_entry SET at = at - {EVERY_SECONDS + 1}")
        assert await sequencer.sign() is None
        async with chain.db_sessions() as db:
            signed = (await db.execute(text("SELECT signature FROM audit_checkpoint"))).scalars()
            assert all(signed.all())
