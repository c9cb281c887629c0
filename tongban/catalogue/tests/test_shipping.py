"""Places' own rules that are shipped: loaded once, frozen, and held to what every place is held to."""

from datetime import date

import pytest

from tongban.catalogue import queries
from tongban.catalogue.models import Implementation, ImplementationVersion
from tongban.catalogue.operations import shipping
from tongban.catalogue.reading import VersionBroken
from tongban.catalogue.tests import managers
from tongban.catalogue.tests.managers import ITEM

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 1)


@pytest.fixture(autouse=True)
def _standards():
    with managers.few_standards():
        pass


def a_version(number=1, day="2026-09-01", **content):
    return {
        "number": number,
        "from_day": day,
        "content": content or {"consultation": "户政大厅"},
        "wording": {"consultation": "到户政大厅咨询"},
    }


def a_file(*versions, place="350000", **more):
    return {
        "note": "演示",
        "implementations": [
            {
                "item": ITEM,
                "division_code": place,
                "authority_name": "福建省公安厅",
                "level": "2",
                "name": "夫妻投靠落户",
                "codes": {"local_code": "SL-1"},
                "versions": list(versions or [a_version()]),
                **more,
            }
        ],
    }


def load(*files):
    return shipping.load_implementations(
        {f"implementations/35/{i}": f for i, f in enumerate(files)}
    )


def test_a_place_s_rules_are_loaded_once_with_their_wording():
    assert load(a_file()) == load(a_file()) == 1
    row = Implementation.objects.get()
    assert (row.name, row.local_code, row.task_code) == ("夫妻投靠落户", "SL-1", "")
    version = ImplementationVersion.objects.get()
    assert (version.came_from, version.wording) == ("shipped", {"consultation": "到户政大厅咨询"})
    assert queries.version_in_force(ITEM, DAY, deciding="350100").consultation == "户政大厅"


def test_a_version_more_comes_beside_the_one_before():
    load(a_file())
    later = a_version(2, "2027-01-01", consultation="户籍科")
    assert load(a_file(a_version(), later)) == 2
    assert queries.version_in_force(ITEM, date(2026, 12, 31), deciding="350100").local == "350000:1"
    assert queries.version_in_force(ITEM, date(2027, 1, 1), deciding="350100").local == "350000:2"


def test_loading_changes_no_published_version():
    load(a_file())
    with pytest.raises(shipping.LocalVersionIsPublished, match="第1版规定已经公布") as refusal:
        load(a_file(a_version(consultation="别的")))
    assert refusal.value.facts() == {"item": ITEM, "place": "350000", "number": 1}
    assert ImplementationVersion.objects.get().content == {"consultation": "户政大厅"}


def test_what_was_drafted_and_published_here_stays_when_the_shipped_are_loaded_again():
    load(a_file(place="220000"))
    managers.published(
        managers.a_manager("丙"), managers.a_manager("丁"), place="220000",
        content={"consultation": "户籍科"},
    )  # fmt: skip
    load(a_file(place="220000"))
    assert list(ImplementationVersion.objects.order_by("number").values_list("number")) == [
        (1,),
        (2,),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"competence": {}}, "/competence 由哪里办理由全国标准规定"),
        ({"fee": {"is_charged": True, "text": "10元", "basis": ""}}, "/fee/basis 收费必须写明依据"),
        ({"consultation": "户"}, "/consultation 至少写2个字"),
    ],
)
def test_shipped_rules_keep_to_what_places_may_change(content, says):
    with pytest.raises(VersionBroken, match=says):
        load(a_file(a_version(**content)))
    assert not ImplementationVersion.objects.exists()


def test_rules_of_an_item_without_a_standard_are_refused():
    with pytest.raises(VersionBroken, match="has no standard"):
        load(a_file(item="2020-3-03"))


def test_a_part_of_a_split_item_is_a_row_without_rules_of_its_own():
    file = a_file()
    file["implementations"].append(file["implementations"][0] | {"part": "01", "versions": []})
    load(file)
    assert list(Implementation.objects.order_by("part").values_list("part", flat=True)) == [
        "",
        "01",
    ]
