"""Scopes of the update service alternate kind and name, as every other scope does:
``updates/app/<id>`` becomes ``updates/<id>``."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _replace("/updates/app/", "/updates/")
    op.execute(
        sa.text(
            "UPDATE role_binding SET scope = substr(scope, 1, length(scope) - 4)"
            " WHERE scope LIKE 'org/%/updates/app'"
        )
    )


def downgrade() -> None:
    _replace("/updates/", "/updates/app/")


def _replace(old: str, new: str) -> None:
    statement = sa.text(
        "UPDATE role_binding SET scope = replace(scope, :old, :new) WHERE scope LIKE :like"
    )
    op.get_bind().execute(statement, {"old": old, "new": new, "like": f"org/%{old}%"})
