"""Note every text that the entries of the audit record have in the columns it is searched by.

A search read a million entries for a word; now it reads the different texts first. SQLite looks
at what the indexes hold, or it takes the wrong one of two.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_FIELDS = (
    "action", "actor", "address", "decision", "outcome", "scope", "target", "target_kind",
)  # fmt: skip
_AT_ONCE = 10_000
_entries = sa.table("audit_entry", *map(sa.column, _FIELDS))


def upgrade() -> None:
    table = op.create_table(
        "audit_value",
        sa.Column("digest", sa.String(32), primary_key=True),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
    )
    for field in _FIELDS:
        texts = op.get_bind().execute(sa.select(_entries.c[field]).distinct())
        for piece in texts.scalars().partitions(_AT_ONCE):
            op.bulk_insert(table, [_row(field, value) for value in piece])
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA analysis_limit = 1000")
        op.execute("ANALYZE audit_entry")


def downgrade() -> None:
    op.drop_table("audit_value")


def _row(field: str, value: str) -> dict[str, str]:
    name = hashlib.blake2b(f"{field}\0{value}".encode(), digest_size=16).hexdigest()
    return {"digest": name, "field": field, "value": value}
