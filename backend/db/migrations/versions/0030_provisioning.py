"""People and groups that a provider provisions by SCIM, and its tokens for that."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tokens()
    _users()
    _groups()
    with op.batch_alter_table("user_identity") as table:
        table.add_column(sa.Column("external", sa.String(256), nullable=False, server_default=""))
    with op.batch_alter_table("user_identity") as table:
        table.alter_column("external", existing_type=sa.String(256), server_default=None)
    with op.batch_alter_table("user_group") as table:
        table.add_column(sa.Column("scim", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("user_group") as table:
        table.alter_column("scim", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM user_group WHERE scim")
    with op.batch_alter_table("user_group") as table:
        table.drop_column("scim")
    with op.batch_alter_table("user_identity") as table:
        table.drop_column("external")
    for name in ("scim_member", "scim_group", "scim_user", "scim_token"):
        op.drop_table(name)


def _tokens() -> None:
    op.create_table(
        "scim_token",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("issuer", sa.String(512), nullable=False),
        sa.Column("prefix", sa.String(24), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.Column("replaced", sa.Float(), nullable=True),
        sa.Column("last_used", sa.Float(), nullable=True),
        sa.Column("last_address", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scim_token"),
    )
    op.create_index("ix_scim_token_provider", "scim_token", ["provider"])


def _users() -> None:
    op.create_table(
        "scim_user",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("issuer", sa.String(512), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=True),
        sa.Column("external_id", sa.String(256), nullable=True),
        sa.Column("user_name", sa.String(256), nullable=False),
        sa.Column("user_folded", sa.String(512), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("display_name", sa.String(256), nullable=True),
        sa.Column("display_folded", sa.String(512), nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("deleted", sa.Float(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scim_user"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name="fk_scim_user_user_id_user_account",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("provider", "external_id", name="uq_scim_user_provider_external_id"),
        sa.UniqueConstraint("provider", "user_folded", name="uq_scim_user_provider_user_folded"),
    )
    op.create_index("ix_scim_user_user_id", "scim_user", ["user_id"])


def _groups() -> None:
    op.create_table(
        "scim_group",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("name_folded", sa.String(512), nullable=False),
        sa.Column("external_id", sa.String(256), nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scim_group"),
        sa.UniqueConstraint("provider", "name", name="uq_scim_group_provider_name"),
    )
    op.create_table(
        "scim_member",
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "member_id", name="pk_scim_member"),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["scim_group.id"],
            name="fk_scim_member_group_id_scim_group",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["scim_user.id"],
            name="fk_scim_member_member_id_scim_user",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_scim_member_member_id", "scim_member", ["member_id"])
