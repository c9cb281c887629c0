"""The guide's checks over the inbox, one's own particulars and mandates."""

from datetime import timedelta

import pytest

from tongban.cases import standing
from tongban.cases.notices.models import Notice
from tongban.cases.tests import world
from tongban.parties.mandates import operations as mandates
from tongban.portal.tests import scenes
from tongban.portal.tests.test_pages_are_usable import signed_in, try_pages


@pytest.mark.django_db(transaction=True)
def test_pages_of_ones_own_account_are_usable(browser, live_server, country, settings):
    settings.NOTICE_CHANNELS = {
        "sms": ["jsons://gw.test/?:to={to}"],
        "mail": ["mailtos://u:p@mail.test/?to={to}"],
    }
    _case, filled = scenes.correction()
    notice = Notice.objects.get(kind="correction")
    giver, principal = world.a_person("张三", serial=70)
    offered, held = (
        mandates.give(
            account=giver, principal=principal, agent_name=filled.applicant.name,
            agent_number=filled.applicant.number, items=items, words="我同意由他替我办理。",
            until_on=standing.today() + timedelta(days=30), at=scenes.now(),
        )
        for items in ([world.MOVE_TO_SPOUSE], [])
    )  # fmt: skip
    mandates.accept(account=filled.account, mandate_id=held.pk, at=scenes.now())
    pages = {
        "inbox": "/messages/",
        "notice": f"/messages/{notice.pk}/",
        "wishes": "/messages/settings/",
        "mine": "/me/",
        "phone": f"/me/{filled.applicant.pk}/phone/",
        "mandates": "/mandates/",
        "mandate-give": "/mandates/give/",
        "mandate": f"/mandates/{offered.pk}/",
        "mandate-end": f"/mandates/{held.pk}/end/",
    }
    try_pages(browser, live_server, pages, signed_in(filled))
