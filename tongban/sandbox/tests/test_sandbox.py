"""The sandbox: everybody in it is plainly made up, and outside a sandbox there is none of it."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from tongban.basics import identifiers
from tongban.catalogue import archetypes
from tongban.catalogue.reading import DATA
from tongban.jurisdictions import queries as places
from tongban.parties import queries as parties
from tongban.parties.models import Account, ApiClient, Applicant, Officer, Role
from tongban.sandbox import numbers, operations, people, queries

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ITEMS = json.loads((DATA / "items.json").read_text("utf-8"))["items"]
FILED = {one["code"] for one in ITEMS if {"ONLINE", "RECEIVED_FOR"} & {*one["source"]["modes"]}}
MADE = archetypes.build(
    archetypes.library(archetypes.texts(DATA)),
    ITEMS,
    {one["source"]["document"]: "" for one in ITEMS},
)
# Companies are registered and documents notarised in other ways than these two.
ITEM_DEPARTMENTS = {one["department"] for one in MADE if one["item"] in FILED} | {
    "shichang",
    "sifa",
}
doors = pytest.mark.urls("tongban.parties.tests.doors")


@given(st.sampled_from(["220104", "350102", "659001", "110105"]), st.text(max_size=20))
def test_identity_numbers_pass_every_check_and_belong_to_nobody_living(division, seed):
    number = numbers.person_number(division, seed)

    assert identifiers.check_person_id(number) == number
    assert ric.calc_check_digit(number) == number[-1]
    assert numbers.is_sandbox_person(number)
    assert 1901 <= int(number[6:10]) <= 1909
    assert number == numbers.person_number(division, seed)


@given(st.sampled_from(["220104", "350102", "110105"]), st.text(max_size=20))
def test_credit_codes_pass_every_check_and_carry_the_mark(division, seed):
    number = numbers.organisation_number(division, seed)

    assert identifiers.check_credit_code(number) == number
    assert number.startswith(f"91{division}TB")


@pytest.mark.parametrize(
    ("node", "names"),
    [
        ("22", {"lisi": "李四", "shili": "长春示例科技有限公司", "zhaoliu": "赵六"}),
        ("35", {"zhangsan": "张三", "wangwu": "王五", "chensan": "陈三", "linjiu": "林九"}),
    ],
)
@pytest.mark.django_db
def test_the_story_has_its_people(settings, node, names):
    settings.NODE_ID = node
    operations.load(at=NOW)

    cards = {card.username: card.name for card in queries.accounts()}
    assert names.items() <= cards.items()


@pytest.mark.django_db
def test_offices_of_the_story_are_where_the_story_says(settings):
    operations.load(at=NOW)
    clerk = parties.officer_of(Account.objects.get(username="zhaoliu"))
    assert clerk.authority.name == "长春市朝阳区政务服务中心"
    assert clerk.roles == [Role.RECEIVER]

    settings.NODE_ID = "35"
    Account.objects.all().delete()
    operations.load(at=NOW)
    for name in ("wangwu", "chensan"):
        officer = parties.officer_of(Account.objects.get(username=name))
        assert officer.authority.name == "福州市公安局"
    clerk = parties.officer_of(Account.objects.get(username="linjiu"))
    assert clerk.authority.name == "福州市鼓楼区政务服务中心"


@pytest.mark.parametrize("node", ["11", "22", "35", "44", "46", "54", "65", "66"])
@pytest.mark.django_db
def test_every_province_has_a_whole_cast(settings, node):
    settings.NODE_ID = node
    furnished = operations.load(at=NOW)

    assert (furnished.officers, furnished.applicants) == (34, 3)
    assert {a.kind for a in Applicant.objects.all()} == {"person", "organisation"}
    assert Officer.objects.filter(roles=[Role.RECEIVER]).count() == 1
    assert Officer.objects.filter(roles=[Role.OPERATOR], authority=None).count() == 1
    managers = Officer.objects.filter(roles=[Role.MANAGER])
    assert {officer.place for officer in managers} == {f"{node}0000"}
    assert {officer.authority.department_id for officer in managers} == {"gongan", "zhengwu"}
    deciders = Officer.objects.filter(roles=[Role.DECIDER])
    leaders = Officer.objects.filter(roles=[Role.LEADER])
    receiver = Officer.objects.get(roles=[Role.RECEIVER])
    offices = {one.authority_id for one in deciders} | {receiver.authority_id}
    assert {one.authority_id for one in leaders} == offices
    assert leaders.count() == len(offices)
    assert {officer.authority.department_id for officer in deciders} == ITEM_DEPARTMENTS
    assert deciders.filter(authority__department="gongan").count() == 2
    for officer in deciders:
        assert places.node_for(officer.place).code == node
        assert officer.authority == places.competent_authority(
            officer.authority.department_id, officer.place
        )


@pytest.mark.django_db
def test_the_hub_has_two_managers_and_two_operators_and_nobody_else(settings):
    settings.NODE_ID = "00"
    for _ in range(2):
        operations.load(provinces=["22", "35"], at=NOW)

    people = [card.username for card in queries.accounts()]
    assert people == ["heshiyi", "lvshier", "yunwei", "yunweier"]
    assert {card.office for card in queries.accounts()} == {
        "国家枢纽事项管理处（演示） 事项管理",
        "运维",
    }
    assert not ApiClient.objects.exists()


@pytest.mark.django_db
def test_loading_twice_adds_nobody():
    operations.load(at=NOW)
    before = [
        list(model.objects.order_by("pk").values_list("pk", flat=True))
        for model in (Account, Officer, Applicant, ApiClient)
    ]
    operations.load(at=NOW)
    after = [
        list(model.objects.order_by("pk").values_list("pk", flat=True))
        for model in (Account, Officer, Applicant, ApiClient)
    ]
    assert before == after
    assert parties.client_for(people.CLIENT_ID, operations.client_secret())


@pytest.mark.django_db
def test_outside_a_sandbox_nothing_is_made_up(settings):
    settings.SANDBOX = False
    for attempt in (operations.load, operations.load_people, operations.load_client):
        with pytest.raises(operations.NotASandbox):
            attempt(at=NOW)
    assert not Account.objects.exists()


@doors
@pytest.mark.django_db
def test_outside_a_sandbox_nobody_comes_in_without_a_password(client, settings):
    operations.load(at=NOW)
    settings.SANDBOX = False

    assert client.get("/sandbox/").status_code == 403
    assert client.post("/sandbox/sign-in/", {"username": "lisi"}).status_code == 403
    assert "_auth_user_id" not in client.session


@doors
@pytest.mark.django_db
def test_one_press_signs_in_and_leads_to_the_right_door(client):
    operations.load(at=NOW)
    page = client.get("/sandbox/").content.decode()
    for words in ("都是虚构的", "申请人", "窗口收件", "审批", "运维", "以李四登录"):
        assert words in page

    for username, door in [
        ("lisi", "/"),
        ("zhaoliu", "/desk/"),
        ("yunwei", "/oversight/"),
        ("heshiyi", "/oversight/"),
    ]:
        response = client.post("/sandbox/sign-in/", {"username": username})
        assert response["Location"] == door
        assert client.session["_auth_user_id"] == str(Account.objects.get(username=username).pk)


@doors
@pytest.mark.django_db
def test_one_comes_back_to_the_page_one_wanted_and_never_to_another_site(client):
    operations.load(at=NOW)
    page = client.get("/sandbox/?next=/form/%3Fstep%3D2").content.decode()
    assert 'name="next" value="/form/?step=2"' in page

    sent = {"username": "lisi", "next": "/form/?step=2"}
    assert client.post("/sandbox/sign-in/", sent)["Location"] == "/form/?step=2"
    sent["next"] = "//evil.example/"
    assert client.post("/sandbox/sign-in/", sent)["Location"] == "/"
    page = client.get("/sandbox/?next=//evil.example/").content.decode()
    assert 'name="next" value="//evil' not in page
    assert "回到您刚才的那一页" not in page


@doors
@pytest.mark.django_db
def test_only_the_cast_comes_in_and_only_without_passwords(client):
    operations.load(at=NOW)
    Account.objects.create_user("real", password="a long and good one")
    Account.objects.filter(username="wujiu").update(is_active=False)
    given_a_password = Account.objects.get(username="sunqi")
    given_a_password.set_password("a long and good one")
    given_a_password.save()

    for username in ("real", "nobody", "", "wujiu", "sunqi", "lisi\x00"):
        response = client.post("/sandbox/sign-in/", {"username": username})
        assert response.status_code == 404
        assert "没有登录" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert client.get("/sandbox/sign-in/").status_code == 405


@doors
@pytest.mark.django_db
def test_a_page_elsewhere_cannot_sign_somebody_in():
    operations.load(at=NOW)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sandbox/sign-in/", {"username": "lisi"}).status_code == 403


@doors
@pytest.mark.django_db
def test_an_empty_sandbox_says_how_to_fill_it(client):
    assert "./run sandbox load" in client.get("/sandbox/").content.decode()


@pytest.mark.django_db
def test_accounts_of_the_sandbox_have_no_password(client):
    operations.load(at=NOW)
    for account in Account.objects.all():
        assert not account.has_usable_password()
        assert not client.login(username=account.username, password="")
