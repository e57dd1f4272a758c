"""One audit record in place of the activity table; what was recorded is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXTS = {
    "organisation": 253, "actor": 128, "subject_kind": 16, "subject_id": 128,
    "credential_kind": 16, "credential_id": 64, "address": 64, "request": 64, "action": 96,
    "decision": 16, "binding": 64, "outcome": 16, "target_kind": 64, "target_id": 512,
    "target": 512, "scope": 4096, "previous_hash": 64, "hash": 64,
}  # fmt: skip
_INDEXED = ("at", "actor", "subject_id", "request", "action", "scope")


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("key", sa.String(48), primary_key=True),
        sa.Column("at", sa.Float(), nullable=False),
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in _TEXTS.items()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger()),
        sa.UniqueConstraint(
            "organisation", "sequence", name="uq_audit_entry_organisation_sequence"
        ),
    )
    for name in _INDEXED:
        op.create_index(f"ix_audit_entry_{name}", "audit_entry", [name])
    _keep()
    op.drop_table("activity")
    _append_only()


def downgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("key", sa.String(48), primary_key=True),
        sa.Column("at", sa.Float(), nullable=False, index=True),
        sa.Column("actor", sa.String(128), nullable=False, index=True),
        sa.Column("action", sa.String(96), nullable=False, index=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("target_kind", sa.String(64), nullable=False),
        sa.Column("target", sa.String(512), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
    )
    op.execute(
        "INSERT INTO activity"
        " (key, at, actor, outcome, target_kind, target, detail, address, request, action)"
        " SELECT key, at, actor, outcome, target_kind, target, detail, address, request,"
        " replace(action, ':', '.') FROM audit_entry"
    )
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_append_only()")


def _keep() -> None:
    """Entries before this release name no subject and no scope: they stay with the owners of
    the organisation, as before."""
    bound = op.get_bind().execute(sa.text("SELECT scope FROM role_binding ORDER BY created"))
    first = bound.scalars().first()
    organisation = first.split("/")[1] if first else "main"
    op.get_bind().execute(
        sa.text(
            "INSERT INTO audit_entry (key, at, organisation, actor, subject_kind, subject_id,"
            " credential_kind, credential_id, address, request, action, decision, binding,"
            " outcome, target_kind, target_id, target, scope, detail, change, times,"
            " previous_hash, hash)"
            " SELECT key, at, :organisation, actor, '', '', '', '', address, request,"
            " replace(action, '.', ':'),"
            " CASE outcome WHEN 'refused' THEN 'denied' ELSE 'allowed' END, '', outcome,"
            " target_kind, '', target, :scope, detail, '', 1, '', '' FROM activity"
        ),
        {"organisation": organisation, "scope": f"org/{organisation}"},
    )


def _append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE ON audit_entry"
            " BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'audit entries are never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION audit_entry_append_only()"
    )
