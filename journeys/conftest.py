"""What journeys stand on: nodes that run, and nothing of the tests' own database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.faulting import ground as grounds
from journeys.faulting.ground import Ground
from journeys.installation import Installation

# After all others, in this order: a restored node has a database server of its own from then on, and
# from a day that has come there is no way back.
LAST = {"test_restoring.py": 1, "test_a_version_changes.py": 2, "test_time_passes.py": 3}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys go through the same nodes, so several processes must not share them out.

    Those that leave the nodes otherwise than they found them go last.
    """
    items.sort(key=lambda item: LAST.get(item.path.name, 0))
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("journeys"))


@pytest.fixture(scope="package")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A hub, 吉林 and 福建, once for all journeys, on wires that a test may meddle with."""
    root = tmp_path_factory.mktemp("journeys") / "home"
    # PostgreSQL's own user must be able to pass through the folders above its data.
    for folder in (root.parent, root.parent.parent):
        folder.chmod(0o711)
    with grounds.ground(root, ("22", "35"), has_small_disk=False) as there:
        yield there


@pytest.fixture(scope="package")
def nodes(ground: Ground) -> Installation:
    """The nodes alone."""
    return ground.there
