"""Pictures of the telling moments, for the README. Written only when asked for.

./run docs screens
"""

import os
from pathlib import Path

from playwright.sync_api import Page

from tongban.local.home import PROJECT

FOLDER = PROJECT / "docs" / "generated" / "screens"
LARGEST = 250 * 1024
# A phone's whole page would be a ribbon; this shows what one sees, and a good piece below it.
TALLEST = {"phone": 1400, "desktop": 1100}


def is_wanted() -> bool:
    """Whether this run is to write pictures."""
    return bool(os.environ.get("JOURNEY_SCREENS"))


def take(page: Page, name: str, device: str) -> Path | None:
    """Write the picture `<name>-<device>.png` of a page from its top."""
    if not is_wanted():
        return None
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    width = page.evaluate("document.documentElement.clientWidth")
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST[device])
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}-{device}.png"
    page.screenshot(
        path=path,
        full_page=True,
        clip={"x": 0, "y": 0, "width": width, "height": height},
        caret="initial",
        animations="disabled",
    )
    assert path.stat().st_size <= LARGEST, f"{path} has {path.stat().st_size} bytes"
    return path
