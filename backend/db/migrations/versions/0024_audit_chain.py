"""Entries of the audit record stand in a chain, beside a table of its own; who signed in by which
provider and browser, and what another system answered, have columns. The list has an index for
each thing it is filtered by. Nothing of it can be changed, and only what retention cut deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_NEW = {"provider": 96, "agent": 256, "upstream": 512}
_BEFORE = ("actor", "subject_id", "request", "action", "scope")
_LISTED = (
    "actor", "action", "address", "binding", "decision", "outcome", "request", "scope",
    "subject_id", "target", "target_id", "target_kind",
)  # fmt: skip
_CAME_BY = (
    "UPDATE user_session SET provider = coalesce((SELECT provider FROM provider_session p"
    " WHERE p.session_id = user_session.id), '')"
)
_CUT = (
    "SELECT 1 FROM audit_checkpoint c WHERE c.organisation = OLD.organisation"
    " AND c.kind = 'cut' AND c.signature <> '' AND "
)
_MAY_GO = {
    "audit_entry": "SELECT 1 FROM audit_link l JOIN audit_checkpoint c"
    " ON c.organisation = l.organisation AND c.kind = 'cut' AND c.signature <> ''"
    " AND c.sequence >= l.sequence"
    " WHERE l.entry = OLD.key",
    "audit_link": f"{_CUT}c.sequence >= OLD.sequence",
    "audit_checkpoint": f"{_CUT}(c.sequence > OLD.sequence"
    " OR (c.sequence = OLD.sequence AND OLD.kind = 'head'))",
}
"""When a row may be deleted: it lies before a signed cut."""
_NEVER = "audit entries are never changed"
_KEPT = "audit entries are deleted by retention only"


def upgrade() -> None:
    _drop_old_trigger()
    with op.batch_alter_table("audit_entry") as table:
        table.drop_constraint("uq_audit_entry_organisation_sequence", type_="unique")
        for name in ("sequence", "previous_hash", "hash"):
            table.drop_column(name)
        for name, size in _NEW.items():
            table.add_column(sa.Column(name, sa.String(size), nullable=False, server_default=""))
    for name in _BEFORE:
        op.drop_index(f"ix_audit_entry_{name}", "audit_entry")
    for name in _LISTED:
        op.create_index(f"ix_audit_entry_{name}_at", "audit_entry", [name, "at"])
    with op.batch_alter_table("user_session") as table:
        table.add_column(sa.Column("provider", sa.String(63), nullable=False, server_default=""))
    op.execute(_CAME_BY)
    _tables()
    op.execute("INSERT INTO audit_pending (key) SELECT key FROM audit_entry")
    _triggers(sqlite=op.get_bind().dialect.name == "sqlite")


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    _drop_triggers(sqlite=sqlite)
    with op.batch_alter_table("user_session") as table:
        table.drop_column("provider")
    for name in ("audit_verification", "audit_key", "audit_checkpoint", "audit_link"):
        op.drop_table(name)
    op.drop_table("audit_pending")
    for name in _LISTED:
        op.drop_index(f"ix_audit_entry_{name}_at", "audit_entry")
    with op.batch_alter_table("audit_entry") as table:
        for name in _NEW:
            table.drop_column(name)
        table.add_column(sa.Column("sequence", sa.BigInteger()))
        for name in ("previous_hash", "hash"):
            table.add_column(sa.Column(name, sa.String(64), nullable=False, server_default=""))
        table.create_unique_constraint(
            "uq_audit_entry_organisation_sequence", ["organisation", "sequence"]
        )
    for name in _BEFORE:
        op.create_index(f"ix_audit_entry_{name}", "audit_entry", [name])
    if sqlite:
        op.execute(
            "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE ON audit_entry"
            f" BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_NEVER}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION audit_entry_append_only()"
    )


def _tables() -> None:
    op.create_table("audit_pending", sa.Column("key", sa.String(48), primary_key=True))
    op.create_table(
        "audit_link",
        sa.Column("organisation", sa.String(253), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("entry", sa.String(48), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("entry", name="uq_audit_link_entry"),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("organisation", sa.String(253), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
    )
    op.create_table(
        "audit_key",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
    )
    op.create_table(
        "audit_verification",
        sa.Column("organisation", sa.String(253), primary_key=True),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("sentence", sa.String(1024), nullable=False),
    )


def _drop_old_trigger() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_append_only")
    else:
        op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
        op.execute("DROP FUNCTION audit_entry_append_only()")


def _triggers(*, sqlite: bool) -> None:
    for table, may_go in _MAY_GO.items():
        (_guard_sqlite if sqlite else _guard_postgresql)(table, may_go)
    if sqlite:
        op.execute(
            "CREATE TRIGGER audit_entry_pending AFTER INSERT ON audit_entry"
            " BEGIN INSERT INTO audit_pending (key) VALUES (NEW.key); END"
        )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_pending() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO audit_pending (key) VALUES (NEW.key); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_pending AFTER INSERT ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION audit_entry_pending()"
    )


def _guard_sqlite(table: str, may_go: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
        f" WHEN NOT EXISTS ({may_go}) BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"
    )


def _guard_postgresql(table: str, may_go: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION '{_NEVER}';"
        f" ELSIF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION '{_KEPT}';"
        f" ELSIF NOT EXISTS ({may_go}) THEN RAISE EXCEPTION '{_KEPT}';"
        " END IF; RETURN OLD; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_guard()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_guard()"
    )


def _drop_triggers(*, sqlite: bool) -> None:
    for table in _MAY_GO:
        for name in ("no_update", "no_delete") if sqlite else ("guard", "no_truncate"):
            op.execute(f"DROP TRIGGER {table}_{name}" + ("" if sqlite else f" ON {table}"))
        if not sqlite:
            op.execute(f"DROP FUNCTION {table}_guard()")
    op.execute("DROP TRIGGER audit_entry_pending" + ("" if sqlite else " ON audit_entry"))
    if not sqlite:
        op.execute("DROP FUNCTION audit_entry_pending()")
