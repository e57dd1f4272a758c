"""The README keeps to the code."""

import re
from importlib.resources import files

import msgspec

from backend.stack.cli import app
from backend.stack.options import DEFAULT_NODES, DEFAULT_PODS, LARGE_NODES, LARGE_PODS
from backend.stack.status import Component, ComponentState

README = files("backend.stack").joinpath("README.md").read_text()


def test_settings_and_sizes():
    assert f"`CRATON_STACK_NODES` | {DEFAULT_NODES} |" in README
    assert f"`CRATON_STACK_PODS` | {DEFAULT_PODS} |" in README
    assert f"From {LARGE_NODES} nodes or {LARGE_PODS:,} pods" in README


def test_every_state_and_field_is_described():
    assert all(f"`{state}`" in README for state in ComponentState)
    assert all(f"`{field.name}`" in README for field in msgspec.structs.fields(Component))


def test_commands_exist():
    shown = set(re.findall(r"craton stack ([a-z]+)", README))
    names = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert shown == names
