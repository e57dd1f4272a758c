"""Requests for access."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_request",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column(
            "user_id",
            sa.String(32),
            sa.ForeignKey(
                "user_account.id",
                name="fk_access_request_user_id_user_account",
                ondelete="CASCADE",
            ),
            nullable=False,
            index=True,
        ),
        sa.Column("role_id", sa.String(64), nullable=False),
        sa.Column("wanted", sa.String(96), nullable=False),
        sa.Column("scope", sa.String(512), nullable=False),
        sa.Column("reason", sa.String(512), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("decided", sa.Float(), nullable=True, index=True),
        sa.Column("decided_by", sa.String(128), nullable=False),
        sa.Column("answer", sa.String(512), nullable=False),
        sa.Column("expires", sa.Float(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_request"),
    )
    pending = sa.text("state = 'Pending'")
    op.create_index(
        "ix_access_request_one_pending",
        "access_request",
        ["user_id", "role_id", "wanted", "scope"],
        unique=True,
        sqlite_where=pending,
        postgresql_where=pending,
    )


def downgrade() -> None:
    op.drop_table("access_request")
