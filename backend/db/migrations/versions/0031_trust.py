"""Trust rules of service accounts, and the tokens that workloads got by them."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ADDED = (("rule", 32), ("workload", 256))


def upgrade() -> None:
    op.create_table(
        "trust_rule",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("issuer", sa.String(512), nullable=False),
        sa.Column("cluster", sa.String(64), nullable=False),
        sa.Column("connection", sa.String(64), nullable=False),
        sa.Column("leads", sa.String(64), nullable=False),
        sa.Column("audience", sa.String(256), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("rights_since", sa.Float(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.Column("last_used", sa.Float(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trust_rule"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["service_account.id"],
            name="fk_trust_rule_account_id_service_account",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("account_id", "name", name="uq_trust_rule_account_id_name"),
    )
    op.create_index("ix_trust_rule_issuer", "trust_rule", ["issuer"])
    for name, length in _ADDED:
        with op.batch_alter_table("access_token") as table:
            table.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
        with op.batch_alter_table("access_token") as table:
            table.alter_column(name, existing_type=sa.String(length), server_default=None)
    op.create_index("ix_access_token_rule", "access_token", ["rule"])


def downgrade() -> None:
    op.execute("DELETE FROM access_token WHERE rule <> ''")
    op.drop_index("ix_access_token_rule", "access_token")
    with op.batch_alter_table("access_token") as table:
        for name, _ in reversed(_ADDED):
            table.drop_column(name)
    op.drop_index("ix_trust_rule_issuer", "trust_rule")
    op.drop_table("trust_rule")
