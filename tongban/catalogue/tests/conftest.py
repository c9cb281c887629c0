"""The documents that the lists are read from, and what they say."""

from pathlib import Path

import pytest

from tongban.catalogue.reader import fujian, listing, statecouncil
from tongban.catalogue.tests import loaded, managers, publishers
from tongban.catalogue.tests.publishers import Publisher
from tongban.jurisdictions import snapshot as places
from tongban.jurisdictions.models import Node

SEEDS = Path(__file__).resolve().parents[4] / "shared" / "seeds"


@pytest.fixture(scope="session")
def seeds():
    """The folder of the documents. Without it nothing here can be compared, so tests fail."""
    if not SEEDS.is_dir():
        pytest.fail(f"The published documents are not at {SEEDS}; put them beside the repository.")
    return SEEDS


@pytest.fixture(scope="session")
def fujian_text(seeds):
    return listing.find(seeds, "004").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def fujian_rows(seeds):
    return fujian.read(listing.find(seeds, "004"))


@pytest.fixture(scope="session")
def council_rows(seeds):
    return statecouncil.read(listing.find(seeds, "003"))


@pytest.fixture(scope="session")
def rows_by_code(fujian_rows, council_rows):
    """Every row of both documents under the code of its item."""
    rows = {f"2020-{row.batch}-{row.number:02d}": row for row in fujian_rows}
    return rows | {f"2022-1-{row.number:02d}": row for row in council_rows}


@pytest.fixture(autouse=True)
def _nothing_is_loaded_yet(request: pytest.FixtureRequest) -> None:
    """Tests of other domains load a catalogue for good; these begin before that, and are undone."""
    if not request.node.get_closest_marker("django_db"):
        return
    request.getfixturevalue("db")
    loaded.prepare()
    loaded.nothing()
    Node.objects.update(base_url="", public_key="", key_id="")
    places.look_again()


@pytest.fixture
def publishers_connected(tmp_path, _nothing_is_loaded_yet):
    """Few standards, and nodes whose publications this one can check."""
    with managers.few_standards():
        publishers.connect(tmp_path)
        yield


@pytest.fixture
def hub():
    """The hub, as far as its publications go."""
    return Publisher("00")


@pytest.fixture(name="fujian")
def _fujian():
    """The node of 福建, as far as its publications go."""
    return Publisher("35")
