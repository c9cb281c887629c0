"""What a start may leave out, because nothing changed since the last one."""

import pytest

from tongban.local import nodes


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project in a folder that is itself called tests, to see that only folders inside count."""
    root = tmp_path / "tests" / "project"
    (root / "tongban" / "cases" / "tests").mkdir(parents=True)
    (root / "tongban" / "cases" / "__pycache__").mkdir()
    (root / "requirements.txt").write_text("django==5.2\n")
    (root / "tongban" / "cases" / "models.py").write_text("one = 1\n")
    monkeypatch.setattr(nodes, "PROJECT", root)
    return root


def digest():
    nodes.code_digest.cache_clear()
    try:
        return nodes.code_digest()
    finally:
        nodes.code_digest.cache_clear()


@pytest.mark.parametrize(
    "path", ["requirements.txt", "tongban/cases/models.py", "tongban/new.json"]
)
def test_a_change_of_what_is_prepared_from_is_seen(project, path):
    before = digest()

    (project / path).write_text("changed\n")

    assert digest() != before


@pytest.mark.parametrize(
    "path",
    ["tongban/cases/tests/test_a.py", "tongban/cases/__pycache__/models.cpython-311.pyc.1234"],
)
def test_tests_and_what_python_leaves_behind_do_not_count(project, path):
    before = digest()

    (project / path).write_text("changed\n")

    assert digest() == before
