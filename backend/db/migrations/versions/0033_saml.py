"""Answers of SAML providers, and the assertions that were used."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("login_attempt", sa.Column("answer", sa.Text(), nullable=True))
    op.create_table(
        "saml_assertion_seen",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saml_assertion_seen"),
    )
    op.create_index("ix_saml_assertion_seen_expires", "saml_assertion_seen", ["expires"])


def downgrade() -> None:
    op.drop_table("saml_assertion_seen")
    op.drop_column("login_attempt", "answer")
