"""Styles, icons and templates of all doors keep to the guide."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.utils.translation import gettext, override
from django.utils.translation.template import templatize

from tongban.basics.tests.each import of_all
from tongban.ui import icons

PACKAGE = Path(__file__).resolve().parents[2]
STYLES = PACKAGE / "ui" / "static" / "ui"
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))
CHINESE = re.compile("[\u4e00-\u9fff]")
COMMENTS = re.compile(r"{#.*?#}|{% comment.*?endcomment %}|<!--.*?-->", re.DOTALL)
TRANSLATED = re.compile(r"{% blocktranslate.*?endblocktranslate %}", re.DOTALL)
TAGS = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)


@of_all("template", TEMPLATES)
def test_a_template_has_nothing_that_the_policy_forbids(template):
    source = COMMENTS.sub("", template.read_text(encoding="utf-8"))

    assert not re.search(r"<[^>]+\sstyle=", source), "no inline style: the policy drops it"
    assert not re.search(r"<[^>]+\son[a-z]+=", source), "no inline handler: the policy drops it"
    assert not re.search(r"<script(?![^>]*\ssrc=)", source), "no inline script: see ui.js"
    assert not re.search(r"(?:src|href)=[\"']https?://", source), "nothing from other hosts"


@of_all("template", TEMPLATES)
def test_the_words_of_a_template_go_through_gettext(template):
    source = COMMENTS.sub("", template.read_text(encoding="utf-8"))
    bare = TAGS.sub("", TRANSLATED.sub("", source))

    assert [line.strip() for line in bare.splitlines() if CHINESE.search(line)] == []


@of_all("template", TEMPLATES)
def test_the_icons_of_a_template_are_here(template):
    source = template.read_text(encoding="utf-8")

    for name in re.findall(r"""{% icon ["']([^"']+)|\bicon=["']([^"']+)""", source):
        icons.strokes("".join(name))


def test_icons_carry_their_origin():
    source = json.loads((icons.FOLDER / "source.json").read_text(encoding="utf-8"))

    assert source["license"] in (icons.FOLDER / "LICENSE").read_text(encoding="utf-8")
    assert re.fullmatch(r"\d+\.\d+\.\d+", source["version"])
    for file in icons.FOLDER.glob("*.svg"):
        assert 'viewBox="0 0 24 24"' in file.read_text(encoding="utf-8")
        assert "<path" in icons.strokes(file.stem)


def test_what_the_public_loads_stays_small():
    together = sum((STYLES / name).stat().st_size for name in ("tokens.css", "components.css"))

    assert together <= 25 * 1024


def test_styles_stay_on_the_floor_of_old_browsers():
    css = "".join(file.read_text(encoding="utf-8") for file in STYLES.glob("*.css"))
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)

    for too_new in (":has(", "oklch(", "@container", "color-mix("):
        assert too_new not in rules


def themes():
    """The colours of tokens.css, by day and in the dark."""
    css = (STYLES / "tokens.css").read_text(encoding="utf-8")
    light, dark = css.split("prefers-color-scheme: dark", 1)
    dark = dark.split("data-type", 1)[0]
    by_day = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", light))
    return {
        "light": by_day,
        "dark": by_day | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", dark)),
    }


def luminance(colour):
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(one * 2 for one in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


TEXT = [
    ("ink", "paper"), ("ink-2", "paper"), ("ink-2", "sunk"), ("ink-3", "paper"), ("act", "paper"),
    ("act", "act-wash"), ("on-act", "act"), ("on-deep", "deep"), ("on-deep-2", "deep"),
    ("card", "p-recv"), ("card", "p-deci"), ("card", "p-part"), ("card", "p-app"),
    ("p-chan", "p-chan-wash"), ("ok", "ok-wash"), ("warn", "warn-wash"), ("bad", "bad-wash"),
    ("ok", "paper"), ("warn", "paper"), ("bad", "paper"),
]  # fmt: skip
SIGNS = [("edge", "card"), ("edge", "paper"), ("focus-in", "paper"), ("warn-fill", "card")]


@of_all("theme", ["light", "dark"])
@of_all(
    ("front", "ground", "least"), [(*pair, 4.5) for pair in TEXT] + [(*pair, 3) for pair in SIGNS]
)
def test_colours_can_be_told_apart(theme, front, ground, least):
    colours = themes()[theme]

    assert contrast(colours[front], colours[ground]) >= least


def test_the_measure_of_contrast_is_right():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)
    ladder = [contrast(grey, "#fff") for grey in ("#000", "#555", "#999", "#fff")]
    assert all(left > right for left, right in pairwise(ladder))


def test_gettext_finds_the_words_of_templates():
    """What makemessages hands to xgettext: in text, in a tag's argument, and with facts."""
    source = (
        '{% translate "主导航" %}{% btn _("移交福州") %}'
        "{% blocktranslate with place=p %}本节点：{{ place }}{% endblocktranslate %}"
    )
    found = templatize(source)

    assert "gettext('主导航')" in found or "gettext(u'主导航')" in found
    assert '_("移交福州")' in found
    assert "本节点：%(place)s" in found


def test_chinese_is_what_people_read_without_a_catalogue():
    with override("zh-hans"):
        assert gettext("已送达") == "已送达"
