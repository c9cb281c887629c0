"""The documents that the lists are read from, and what they say."""

from pathlib import Path

import pytest

from tongban.catalogue.reader import fujian, listing, statecouncil

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
