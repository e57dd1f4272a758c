"""How far each receiver was sent the audit record."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_forward",
        sa.Column("organisation", sa.String(253), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("stated", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("sent", sa.Float(), nullable=True),
        sa.Column("failing", sa.Float(), nullable=True),
        sa.Column("message", sa.String(512), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "name", name="pk_audit_forward"),
    )


def downgrade() -> None:
    op.drop_table("audit_forward")
