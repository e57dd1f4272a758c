"""What was used: hours, days, and periods that are never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_NEVER = "a frozen period of usage is never changed"


def upgrade() -> None:
    op.create_table(
        "usage_hour",
        *_key(),
        sa.Column("start", sa.BigInteger(), primary_key=True, autoincrement=False),
        *_values("low", "high", "last", "area"),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        *_values("stored"),
    )
    op.create_index("ix_usage_hour_start", "usage_hour", ["start"])
    op.create_table(
        "usage_day",
        *_key(),
        sa.Column("zone", sa.String(64), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        *_values("start", "end", "low", "high", "peak", "last", "area"),
        *[
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("covered", "expected", "hours")
        ],
    )
    op.create_table(
        "usage_period",
        *_key(),
        sa.Column("aggregation", sa.String(16), primary_key=True),
        sa.Column("zone", sa.String(64), primary_key=True),
        sa.Column("first", sa.Date(), primary_key=True),
        sa.Column("until", sa.Date(), primary_key=True),
        *_values("event_lt", "stored_lt"),
        sa.Column("value", sa.String(64), nullable=False),
        *_values("covered", "expected"),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    _never_changed()


def downgrade() -> None:
    op.drop_table("usage_period")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION usage_period_never_changed()")
    op.drop_table("usage_day")
    op.drop_table("usage_hour")


def _key() -> list[sa.Column[str]]:
    return [
        sa.Column("meter", sa.String(64), primary_key=True),
        sa.Column("subject", sa.String(253), primary_key=True),
    ]


def _values(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _never_changed() -> None:
    """Neither changed nor removed."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER usage_period_no_{event.lower()} BEFORE {event} ON usage_period"
                f" BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION usage_period_never_changed() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_NEVER}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER usage_period_never_changed BEFORE UPDATE OR DELETE ON usage_period"
        " FOR EACH ROW EXECUTE FUNCTION usage_period_never_changed()"
    )
