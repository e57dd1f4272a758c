"""Saved views of tables, private or shared."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("collection", sa.String(64), nullable=False, index=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column(
            "owner_id",
            sa.String(32),
            sa.ForeignKey(
                "user_account.id", ondelete="CASCADE", name="fk_saved_view_owner_id_user_account"
            ),
            nullable=False,
        ),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("owner_id", "collection", "name", name="uq_saved_view_owner_name"),
    )


def downgrade() -> None:
    op.drop_table("saved_view")
