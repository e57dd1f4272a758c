"""The rule that local accounts sign in by break-glass only."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_RULES = sa.table(
    "sign_in_rule",
    sa.column("id", sa.String),
    sa.column("enabled", sa.Boolean),
    sa.column("changed_by", sa.String),
    sa.column("row_version", sa.Integer),
)


def upgrade() -> None:
    first = {"id": "break-glass-only", "enabled": False, "changed_by": "", "row_version": 1}
    op.bulk_insert(_RULES, [first])


def downgrade() -> None:
    op.execute(sa.delete(_RULES).where(_RULES.c.id == "break-glass-only"))
