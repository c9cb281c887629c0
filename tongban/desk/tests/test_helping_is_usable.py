"""The guide's checks over the page on which consent to be helped is recorded."""

import pytest

from tongban.cases.tests import world
from tongban.desk.tests.browsing import cookies_of
from tongban.ui.tests.page_checks import check_pages


@pytest.mark.django_db(transaction=True)
def test_the_page_of_helping_is_usable(browser, live_server, country):
    cookies = cookies_of(world.a_clerk())
    check_pages(browser, live_server.url, ["/desk/helping/"], cookies=cookies)
