"""Groups of commands that are imported when one of them is called, so that others start at once.

The update service alone takes seconds to import; `craton get` needs none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

__all__ = ["LazyCommands"]

_GROUPS: Final = {
    "audit": ("backend.audit.cli", "The audit record: verify and export its chain."),
    "licence": ("backend.commerce.licence.cli", "Licences: make keys, issue, inspect, revoke."),
    "stack": ("backend.stack.cli", "The local stack of real servers, alone."),
    "updates": ("backend.omaha.operate.cli", "The update service and its data."),
    "simulate": ("backend.omaha.simulate.cli", "Load against real endpoints."),
}
"""Where each group's `app` lies, and what the list of commands says of it."""


class LazyCommands(TyperGroup):
    """The commands of `craton`, with those of `_GROUPS` that nobody has imported yet."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all, the lazy ones too."""
        return [*super().list_commands(ctx), *_GROUPS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command by name: of a lazy one its name and help, which is what lists need."""
        if cmd_name in _GROUPS:
            return TyperCommand(cmd_name, help=_GROUPS[cmd_name][1])
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called, imported."""
        name = args[0] if args else ""
        if name not in _GROUPS:
            return super().resolve_command(ctx, args)
        group = get_command(import_module(_GROUPS[name][0]).app)
        group.name = name
        return name, group, args[1:]
