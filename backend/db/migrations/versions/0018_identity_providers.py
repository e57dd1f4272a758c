"""Identity providers, attempts to sign in with them, and what a session has from one."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_provider",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(512), nullable=False),
        sa.Column("client_id", sa.String(256), nullable=False),
        sa.Column("scopes", sa.String(512), nullable=False),
        sa.Column("claim_login", sa.String(128), nullable=False),
        sa.Column("claim_name", sa.String(128), nullable=False),
        sa.Column("claim_email", sa.String(128), nullable=False),
        sa.Column("claim_groups", sa.String(128), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("known_only", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_provider"),
        sa.UniqueConstraint("name", name="uq_identity_provider_name"),
    )
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("redirect", sa.String(1024), nullable=False),
        sa.Column("next", sa.String(2048), nullable=False),
        sa.Column("trial_by", sa.String(32), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_attempt"),
    )
    op.create_index("ix_login_attempt_expires", "login_attempt", ["expires"])
    op.create_table(
        "provider_session",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("issuer", sa.String(512), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("sid", sa.String(256), nullable=False),
        sa.Column("due", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name="pk_provider_session"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["user_session.id"],
            name="fk_provider_session_session_id_user_session",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_provider_session_provider", "provider_session", ["provider"])
    op.create_index("ix_provider_session_due", "provider_session", ["due"])
    op.create_table(
        "logout_token_seen",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_logout_token_seen"),
    )
    op.create_index("ix_logout_token_seen_expires", "logout_token_seen", ["expires"])
    op.create_table(
        "provider_trial",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_provider_trial"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name="fk_provider_trial_user_id_user_account",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_provider_trial_expires", "provider_trial", ["expires"])
    with op.batch_alter_table("user_identity") as table:
        table.add_column(sa.Column("login", sa.String(128), nullable=False, server_default=""))
        table.add_column(sa.Column("email", sa.String(256), nullable=False, server_default=""))
        table.add_column(sa.Column("used", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.execute("DELETE FROM sealed_secret WHERE owner IN ('identity_provider', 'provider_session')")
    with op.batch_alter_table("user_identity") as table:
        for name in ("used", "email", "login"):
            table.drop_column(name)
    for name in (
        "provider_trial",
        "logout_token_seen",
        "provider_session",
        "login_attempt",
        "identity_provider",
    ):
        op.drop_table(name)
