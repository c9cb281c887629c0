"""A Chromium for the tests: the system's own, else the one that Playwright brings."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from tongban.local.trouble import Trouble

# Without a window of its own, it opens a page with less than a third of the work.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# Small, and complete enough to draw every page; a desktop has better ones already.
FONTS = "fonts-wqy-microhei"


def of_the_system() -> Path | None:
    """The Chromium that the environment names or the system has; None when Playwright's is meant."""
    named = os.environ.get("TONGBAN_CHROMIUM")
    if named:
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return MAC if MAC.exists() else None


def make_available() -> Path | None:
    """Install Chromium and Chinese fonts when there are none. None: Playwright knows its own."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    found = of_the_system()
    if found is None:
        _run([sys.executable, "-m", "playwright", "install", "chromium"])
    return found


def has_chinese_fonts() -> bool:
    """Whether Chinese can be drawn; macOS always can."""
    if sys.platform == "darwin":
        return True
    program = shutil.which("fc-list")
    if program is None:
        return False
    listed = subprocess.run([program, ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _install() -> None:
    if not os.environ.get("TONGBAN_CHROMIUM") and not shutil.which(SHELL):
        # Not every system has this package, and any other Chromium does as well.
        with suppress(Trouble):
            _apt([SHELL])
    wanted = [] if of_the_system() else ["chromium"]
    if not has_chinese_fonts():
        wanted.append(FONTS)
    if wanted:
        _apt(wanted)


@cache
def _look_what_there_is() -> None:
    """Once a run: to fetch the lists of packages takes longer than to install one."""
    _run(["apt-get", "update", "-qq"])


def _apt(packages: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _look_what_there_is()
    _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], environment)


def _run(words: list[str], environment: dict[str, str] | None = None) -> None:
    """Run an installer; its output goes to the error stream, where progress belongs."""
    done = subprocess.run(words, env=environment, stdout=sys.stderr, check=False)
    if done.returncode:
        command = " ".join(words)
        raise Trouble(
            f"安装测试所需的浏览器或字体失败：{command}。请手动安装 Chromium 和中文字体后重试。",
            f"Installing what the tests need failed: {command}. "
            "Install Chromium and Chinese fonts yourself, then try again.",
        )
