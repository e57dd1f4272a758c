"""Who runs a background job: one replica at a time, by a lease in the database."""

from __future__ import annotations

from backend.omaha.store.contract import Store


async def acquire(store: Store, name: str, holder: str, *, now: float, seconds: float) -> bool:
    """Take or renew the lease `name` for `seconds`; False while another replica holds it.
    The fencing number rises with each new holder."""
    async with store.transaction() as tx:
        await tx.query(
            "INSERT INTO omaha_lease (name, holder, expires_at, fence) VALUES (?, '', -1, 0)"
            " ON CONFLICT DO NOTHING",
            name,
        )
        rows = await tx.query(
            "UPDATE omaha_lease SET expires_at = ?, fence = fence + CASE WHEN holder = ?"
            " THEN 0 ELSE 1 END, holder = ?"
            " WHERE name = ? AND (holder = ? OR expires_at < ?) RETURNING fence",
            now + seconds,
            holder,
            holder,
            name,
            holder,
            now,
        )
    return bool(rows)
