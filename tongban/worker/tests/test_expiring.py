"""The part that acts on clocks that ran out: it acts as the domain does."""

import pytest

from tongban.cases.operations.expiring import Done
from tongban.worker import expiring, main
from tongban.worker.expiring import Expiring


class Hands:
    """Does the work at once."""

    async def run(self, work):
        return work()


def test_it_is_a_part_of_every_worker():
    assert main.parts(is_hub=False)["expiring"] is Expiring
    assert main.parts(is_hub=True)["expiring"] is Expiring


@pytest.mark.django_db
def test_it_calls_the_real_operation():
    assert expiring._act() == Done()
