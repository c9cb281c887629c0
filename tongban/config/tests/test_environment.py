"""Numbers that the environment says: whole ones, or the start fails with what to do."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from tongban.config import environment


@pytest.mark.parametrize(("said", "found"), [(None, 7), ("", 7), ("0", 0), ("90", 90)])
def test_a_whole_number_is_taken_and_nothing_means_the_default(monkeypatch, said, found):
    monkeypatch.delenv("SOME_DAYS", raising=False)
    if said is not None:
        monkeypatch.setenv("SOME_DAYS", said)
    assert environment.number("SOME_DAYS", 7) == found


@pytest.mark.parametrize("said", ["-1", "1.5", "ten", "十", "１０", "1e3"])
def test_anything_else_fails_at_the_start_and_names_the_variable(monkeypatch, said):
    monkeypatch.setenv("SOME_DAYS", said)
    with pytest.raises(ImproperlyConfigured, match="SOME_DAYS"):
        environment.number("SOME_DAYS", 7)
