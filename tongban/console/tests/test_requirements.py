"""The locked packages: complete, the same everywhere, and of no particular registry."""

import pytest

from tongban.console import requirements

PROJECT = """
[project]
dependencies = ["django>=5.2,<5.3", "psycopg[binary,pool]>=3.2"]
[dependency-groups]
dev = ["pytest-django>=4"]
"""
RUNTIME = (
    "django==5.2.19 \\\n    --hash=sha256:00\npsycopg[binary]==3.3.9 \\\n    --hash=sha256:01\n"
)
DEVELOPMENT = RUNTIME + "pytest-django==4.14.0 \\\n    --hash=sha256:02\n"


def test_what_is_declared_and_locked_alike_has_nothing_wrong():
    assert requirements.look(PROJECT, RUNTIME, DEVELOPMENT) == []


def test_a_package_that_was_declared_and_not_locked_is_named():
    found = requirements.look(PROJECT, "psycopg==3.3.9\n", DEVELOPMENT)

    assert [problem for problem in found if "django" in problem]


def test_two_versions_of_one_package_are_named():
    found = requirements.look(PROJECT, RUNTIME, DEVELOPMENT.replace("5.2.19", "5.2.18"))

    assert len(found) == 1
    assert "5.2.18" in found[0]


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://registry.example.org/simple",
        "--find-links /opt/wheels",
        "-e .",
        "thing @ file:///home/somebody/thing.whl",
        "git+https://example.org/thing",
        "/home/somebody/thing.whl",
        "./thing.whl",
    ],
)
def test_an_address_or_a_path_is_named(line):
    found = requirements.look(PROJECT, RUNTIME + line + "\n", DEVELOPMENT)

    assert len(found) == 1
    assert line in found[0]
