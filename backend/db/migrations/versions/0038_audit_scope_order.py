"""Order the scopes of the audit record as the console compares them.

"Everything below this scope" is a range of texts compared byte by byte. On PostgreSQL an index in
the database's own order cannot be searched for it: over a million entries whoever sees one
namespace waited for half a second. The type stays, so only the index is built again.
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _compare_by('"C"')


def downgrade() -> None:
    _compare_by('"default"')


def _compare_by(collation: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE audit_entry ALTER scope TYPE varchar(4096) COLLATE {collation}")
