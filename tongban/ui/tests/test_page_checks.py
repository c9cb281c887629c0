"""Every check of pages finds the fault that it is there for."""

import hashlib
import json

import pytest

from tongban.ui.tests.page_checks import AXE, DESK, NARROWEST, Checks, check_pages


@pytest.fixture
def faulty(pages, settings):
    settings.ROOT_URLCONF = "tongban.ui.tests.faulty_urls"
    return pages


def dark(checks, path):
    checks.axe(path, size=DESK, dark=True)


def light(checks, path):
    checks.axe(path, size=DESK)


def narrow(checks, path):
    checks.fits(path, size=NARROWEST)


def test_a_page_without_faults_passes_every_check(browser, faulty):
    check_pages(browser, faulty, ["/none"])


@pytest.mark.parametrize(
    ("fault", "only", "words"),
    [
        ("no-alt", light, "image-alt"),
        ("dim", light, "color-contrast"),
        ("dim-in-the-dark", dark, "color-contrast"),
        ("wide", narrow, "too wide"),
        ("wide-when-large", Checks.in_brief, "large: too wide"),
        ("wide-when-large", Checks.on_a_phone, "large: too wide"),
        ("no-alt", Checks.on_a_phone, "image-alt"),
        ("wide-when-large", Checks.all_of, "large: too wide"),
        ("dim-when-large", Checks.all_of, "large: axe color-contrast"),
        ("no-ring", Checks.keyboard, "no visible ring"),
        ("no-tab", Checks.keyboard, "Tab does not reach"),
        ("needs-script", Checks.without_script, "links without script"),
        ("breaks", light, "script error"),
        ("two-titles", Checks.without_script, "one h1 expected"),
        ("absent", light, "answered 404"),
    ],
)
def test_a_planted_fault_is_found(browser, faulty, fault, only, words):
    with pytest.raises(AssertionError, match=words):
        check_pages(browser, faulty, [f"/{fault}"], only=only)


def test_what_is_dim_only_in_the_dark_passes_by_day(browser, faulty):
    check_pages(browser, faulty, ["/dim-in-the-dark"], only=light)


def test_nothing_is_left_in_a_tab_for_the_reader_after(browser, faulty):
    """Tabs go from one block of checks to the next, cookies and what scripts keep do not."""
    found = []

    def remember(checks, path):
        with checks.opened(path) as page:
            page.evaluate("localStorage.setItem('seen', '1')")
            found.append((page, page.context.cookies(checks.base), "1"))

    def look(checks, path):
        with checks.opened(path) as page:
            kept = page.evaluate("localStorage.getItem('seen')")
            found.append((page, page.context.cookies(checks.base), kept))

    cookies = [{"name": "who", "value": "somebody"}]
    check_pages(browser, faulty, ["/none"], cookies=cookies, only=remember)
    check_pages(browser, faulty, ["/none"], only=look)

    (first, had, _cookie), (second, has, kept) = found
    assert first is second
    assert [cookie["name"] for cookie in had] == ["who"]
    assert has == []
    assert kept is None


def test_axe_is_the_file_that_was_recorded():
    record = json.loads(AXE.with_name("axe-core.json").read_text(encoding="utf-8"))
    content = AXE.read_bytes()

    assert hashlib.sha256(content).hexdigest() == record["sha256"]
    assert f"axe v{record['version']}".encode() in content[:100]
