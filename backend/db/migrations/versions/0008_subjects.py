"""Subjects: identities, teams, services, tokens, custom roles; bindings of any subject; and a
name for every constraint, which SQLite's ALTER needs."""

import sqlalchemy as sa
from alembic import op

from backend.db.naming import CONVENTION

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _name_constraints()
    _extend_sessions()
    _create_subjects()
    _create_tokens()
    _move_bindings()


def downgrade() -> None:
    raise RuntimeError("teams and tokens have no place in the older form: restore a backup")


def _name_constraints() -> None:
    """Give every unique, foreign and primary key the name the convention gives it."""
    connection = op.get_bind()
    inspector = sa.inspect(connection)
    if connection.dialect.name == "sqlite":
        _rebuild(inspector)
    else:
        _rename(inspector)


def _rebuild(inspector: sa.Inspector) -> None:
    """SQLite names constraints in the table's text: build each such table again.

    `backend.db.migrate` has switched foreign keys off meanwhile, and checks them after.
    Tables with a primary key alone, which the fleet's large ones are, stay as they are, and
    so do those that have their names: a trigger would not survive.
    """
    for table in sorted(inspector.get_table_names()):
        if table == "role_binding":
            continue  # made anew below
        uniques, keys = inspector.get_unique_constraints(table), inspector.get_foreign_keys(table)
        if any(constraint["name"] is None for constraint in (*uniques, *keys)):
            with op.batch_alter_table(table, recreate="always", naming_convention=CONVENTION):
                pass


def _rename(inspector: sa.Inspector) -> None:
    for table in inspector.get_table_names():
        if table in {"role_binding", "alembic_version"}:
            continue
        names = {inspector.get_pk_constraint(table)["name"]: f"pk_{table}"}
        for unique in inspector.get_unique_constraints(table):
            names[unique["name"]] = "_".join(["uq", table, *unique["column_names"]])
        for key in inspector.get_foreign_keys(table):
            parts = ["fk", table, *key["constrained_columns"], key["referred_table"]]
            names[key["name"]] = "_".join(parts)
        for old, new in names.items():
            if old and old.endswith(("_pkey", "_key", "_fkey")):  # PostgreSQL's own names
                op.execute(f'ALTER TABLE "{table}" RENAME CONSTRAINT "{old}" TO "{new}"')


def _extend_sessions() -> None:
    with op.batch_alter_table("user_session") as table:
        table.add_column(
            sa.Column("method", sa.String(32), nullable=False, server_default="password")
        )
        table.add_column(sa.Column("strong_at", sa.Float()))
    with op.batch_alter_table("user_session") as table:
        table.alter_column("method", server_default=None)


def _create_subjects() -> None:
    op.create_table(
        "user_identity",
        sa.Column("id", sa.String(32), nullable=False),
        _user(),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("issuer", sa.String(512), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_identity"),
        _user_key("user_identity"),
        sa.UniqueConstraint(
            "provider", "issuer", "subject", name="uq_user_identity_provider_issuer_subject"
        ),
    )
    op.create_index("ix_user_identity_user_id", "user_identity", ["user_id"])
    op.create_table(
        "user_group",
        _user(),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "provider", "name", name="pk_user_group"),
        _user_key("user_group"),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("title", sa.String(256), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.UniqueConstraint("name", name="uq_team_name"),
    )
    op.create_table(
        "team_member",
        sa.Column("team_id", sa.String(32), nullable=False),
        _user(),
        sa.Column("created", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name="pk_team_member"),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name="fk_team_member_team_id_team", ondelete="CASCADE"
        ),
        _user_key("team_member"),
    )
    op.create_index("ix_team_member_user_id", "team_member", ["user_id"])
    op.create_table(
        "service_account",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("title", sa.String(256), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_account"),
        sa.UniqueConstraint("name", name="uq_service_account_name"),
    )


def _create_tokens() -> None:
    op.create_table(
        "access_token",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("owner_kind", sa.String(16), nullable=False),
        sa.Column("owner_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.Column("last_used", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_access_token"),
    )
    op.create_index("ix_access_token_owner_id", "access_token", ["owner_id"])
    op.create_table(
        "custom_role",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(256), nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custom_role"),
    )


def _move_bindings() -> None:
    """Every binding of today is a user's; ids, times and who granted it stay."""
    op.rename_table("role_binding", "role_binding_of_users")
    op.create_table(
        "role_binding",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("subject_kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(321), nullable=False),
        sa.Column("role_id", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(4096), nullable=False),
        sa.Column("expires", sa.Float()),
        sa.Column("reason", sa.String(512), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_role_binding"),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "role_id",
            "scope",
            name="uq_role_binding_subject_kind_subject_id_role_id_scope",
        ),
    )
    op.create_index("ix_role_binding_role_id", "role_binding", ["role_id"])
    op.execute(
        "INSERT INTO role_binding (id, subject_kind, subject_id, role_id, scope, reason,"
        " created, created_by, row_version)"
        " SELECT id, 'user', user_id, role, scope, '', created, created_by, 1"
        " FROM role_binding_of_users"
    )
    op.drop_table("role_binding_of_users")


def _user() -> sa.Column[str]:
    return sa.Column("user_id", sa.String(32), nullable=False)


def _user_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"],
        ["user_account.id"],
        name=f"fk_{table}_user_id_user_account",
        ondelete="CASCADE",
    )
