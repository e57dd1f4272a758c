"""Rules of signing in to local accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rules = op.create_table(
        "sign_in_rule",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=True),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_rule"),
    )
    first = {"enabled": False, "changed": None, "changed_by": "", "row_version": 1}
    op.bulk_insert(rules, [{"id": "second-factor", **first}])


def downgrade() -> None:
    op.drop_table("sign_in_rule")
