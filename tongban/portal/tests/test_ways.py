"""The ways of an item in sentences: who receives, where to go, what to post, how long."""

import json
import re
from dataclasses import replace

import pytest

from tongban.cases.standing import today
from tongban.catalogue import queries, reading
from tongban.catalogue.versions import ModeRule, Version, limit_words
from tongban.portal import ways
from tongban.portal.places import Pair

CONTENT = json.loads((reading.DATA / "versions" / "2020-2-06.json").read_text("utf-8"))
MOVE = reading.read(CONTENT, name="夫妻投靠户口迁移")


def test_the_longest_row_of_steps_counts():
    assert ways.longest(MOVE.joint) == 2 + 5 + 3
    alone = tuple(replace(step, after=()) for step in MOVE.joint)
    assert ways.longest(alone) == 5
    assert ways.longest(()) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("ONLINE", ("不用到窗口", "不寄材料")),
        ("RECEIVED_FOR", ("所在地的专窗", "1个工作日内移交福州市", "不用去福州市")),
        ("JOINT", ("福州市牵头", "迁出地的手续由各地机关办", "最长10个工作日")),
        ("ANYWHERE", ("到那里核对一次身份",)),
        ("PRECHECK_MAIL", ("收到通知再把原件寄去", "不用去福州市")),
        ("ON_SITE", ("本人带原件到福州市的窗口", "当场核对身份")),
    ],
)
def test_each_way_says_its_consequences(mode, said):
    version = replace(MOVE, modes=(ModeRule(mode, "", ""),))
    found = queries.availability(MOVE.item, here="220104", there="350100", on=today())
    sentence = ways.consequence(mode, version, found, Pair("220104", "350100"))
    assert all(words in sentence for words in said), sentence
    assert sentence.endswith("个工作日内决定") or "最长" in sentence


@pytest.mark.django_db
def test_an_instant_item_is_decided_the_same_day(monkeypatch, client):
    monkeypatch.setattr(Version, "is_instant", property(lambda _version: True))
    found = queries.availability(MOVE.item, here="220104", there="350100", on=today())
    assert found.limits is not None
    assert found.limits.decide.days == 0
    assert (limit_words(0), limit_words(1)) == ("当日（即办件）", "1个工作日")
    version = replace(MOVE, modes=(ModeRule("ONLINE", "", ""),))
    said = ways.consequence("ONLINE", version, found, Pair("220104", "350100"))
    assert said.endswith("受理当日决定")
    page = client.get(f"/items/{MOVE.item}?from=220104&to=350100").content.decode()
    assert "当日（即办件）" in page
    assert "受理的当天" in page
    assert not re.search("(?<![0-9])0个工作日", page)
