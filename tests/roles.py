"""The built-in roles over the kinds the product declares, and a few that only tests have."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from auth.builtin import built_in
from auth.kinds import Catalogue, Kind
from auth.verb import EDIT, READ
from backend import features

__all__ = ["CATALOGUE", "OPERATOR", "OWNER", "ROLES", "VIEWER", "declared"]


def declared() -> Catalogue:
    """Every kind that the features in the tree declare."""
    catalogue = Catalogue()
    for found in iter_modules(features.__path__):
        name = f"{features.__name__}.{found.name}.rights"
        if found.ispkg and find_spec(name):
            catalogue.declare(*import_module(name).KINDS)
    return catalogue


CATALOGUE = declared()
CATALOGUE.declare(
    Kind("thing", "Things", READ | EDIT),
    Kind("person", "People"),
    Kind("gauge", "Gauges"),
    Kind("image-use", "Images in use", READ | EDIT),
)
ROLES = built_in(CATALOGUE)
OWNER, OPERATOR, VIEWER = ROLES["owner"], ROLES["operator"], ROLES["viewer"]
