"""Service accounts: what calls the console and is no person, with roles and tokens of its own."""

from __future__ import annotations

from backend.db.notice import Notice, rows
from backend.features.context import Feature, FeatureContext
from backend.features.service_accounts.collections import ACCOUNTS, account_source
from backend.features.service_accounts.rights import KINDS
from backend.features.service_accounts.routes import router

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `service-accounts` collection and the routes that change them."""
    accounts = account_source(context.db_sessions, context.organisation)
    context.registry.add(ACCOUNTS, accounts)
    context.bus.subscribe(rows("service_account"), lambda notice: accounts.notify(notice.keys))

    def counted(_notice: Notice) -> None:
        accounts.notify(None)  # their numbers are of other tables

    for table in ("access_token", "role_binding"):
        context.bus.subscribe(rows(table), counted)
    return Feature("service-accounts", router, kinds=KINDS)
