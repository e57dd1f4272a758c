"""Label selectors, as services and workloads hold them."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.kubernetes.models.meta import LabelSelector, Requirement

__all__ = ["matches", "selector_text", "selects"]


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether a service's selector takes an object; an empty one takes none."""
    return bool(selector) and all(labels.get(name) == value for name, value in selector.items())


def matches(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
    """Whether a workload's or budget's selector takes an object; an empty one takes every."""
    return all(labels.get(name) == value for name, value in selector.match_labels.items()) and all(
        _holds(one, labels) for one in selector.match_expressions
    )


def _holds(one: Requirement, labels: Mapping[str, str]) -> bool:
    value = labels.get(one.key)
    match one.operator:
        case "In":
            return value in one.values
        case "NotIn":
            return value not in one.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            return False


def selector_text(selector: LabelSelector) -> str:
    """The selector as a ``labelSelector`` parameter; empty when it selects nothing."""
    parts = [f"{name}={value}" for name, value in selector.match_labels.items()]
    parts += [_expression(requirement) for requirement in selector.match_expressions]
    return ",".join(parts)


def _expression(requirement: Requirement) -> str:
    key, values = requirement.key, ",".join(requirement.values)
    return {
        "In": f"{key} in ({values})",
        "NotIn": f"{key} notin ({values})",
        "Exists": key,
        "DoesNotExist": f"!{key}",
    }.get(requirement.operator, key)
