"""The test bed watches itself: a skip is not a pass."""

import os
import subprocess
import sys

from tongban.local.home import PROJECT


def run_pytest(tmp_path, test) -> subprocess.CompletedProcess[str]:
    # The real conftest; that a server was started by the tests is not said, or it starts another.
    told = {name: value for name, value in os.environ.items() if name != "TONGBAN_TEST_SERVER"}
    (tmp_path / "conftest.py").write_text((PROJECT / "conftest.py").read_text())
    (tmp_path / "test_something.py").write_text(test)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", str(tmp_path)]
    return subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        env=told | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_with_a_skipped_test_fails_and_names_it(tmp_path):
    done = run_pytest(tmp_path, "import pytest\ndef test_a():\n    pytest.skip('no time')\n")

    assert done.returncode == 1
    assert "skipped without leave" in done.stdout
    assert "no time" in done.stdout


def test_a_run_without_skips_passes(tmp_path):
    done = run_pytest(tmp_path, "def test_a():\n    assert True\n")

    assert done.returncode == 0, done.stdout
