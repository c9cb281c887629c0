"""What follows from a version and the answers alone: which materials are asked for."""

from collections.abc import Mapping
from typing import Any

from tongban.catalogue.versions import MaterialSpec, Version


def materials(version: Version, answers: Mapping[str, Any]) -> list[MaterialSpec]:
    """The materials asked for in this situation, in the order of the standard."""
    return [
        material
        for material in version.materials
        if all(condition.holds(answers) for condition in material.when)
    ]
