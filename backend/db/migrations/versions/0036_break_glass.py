"""The break-glass account."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "break_glass",
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column(
            "user_id",
            sa.String(32),
            sa.ForeignKey(
                "user_account.id", name="fk_break_glass_user_id_user_account", ondelete="CASCADE"
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("printed", sa.Float(), nullable=False),
        sa.Column("printed_by", sa.String(128), nullable=False),
        sa.Column("unsealed", sa.Float(), nullable=True),
        sa.Column("unsealed_from", sa.String(64), nullable=False),
        sa.Column("until", sa.Float(), nullable=True),
        sa.Column("used", sa.Float(), nullable=True),
        sa.Column("used_from", sa.String(64), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_break_glass"),
        sa.UniqueConstraint("user_id", name="uq_break_glass_user_id"),
    )


def downgrade() -> None:
    op.drop_table("break_glass")
