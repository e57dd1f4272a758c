"""Invitations of people who make their own local account."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_OPEN = sa.text("accepted IS NULL AND revoked IS NULL")


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("login", sa.String(128), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("gives", sa.String(1024), nullable=False),
        sa.Column("inviter_id", sa.String(32), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.Column("accepted", sa.Float(), nullable=True),
        sa.Column("revoked", sa.Float(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.ForeignKeyConstraint(
            ["inviter_id"],
            ["user_account.id"],
            name="fk_invitation_inviter_id_user_account",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("secret", name="uq_invitation_secret"),
    )
    op.create_index("ix_invitation_inviter_id", "invitation", ["inviter_id"])
    op.create_index("ix_invitation_expires", "invitation", ["expires"])
    op.create_index(
        "ix_invitation_one_open",
        "invitation",
        ["login"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_table("invitation")
