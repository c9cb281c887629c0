"""The small country of the cases' tests, and channels that lead to a list instead of to people."""

import pytest

from tongban.cases.notices import channels, proving
from tongban.cases.notices.channels import NotSent
from tongban.cases.notices.models import Channel
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY

SMS, MAIL, HOOK = (
    "jsons://sms.test/?:to={to}",
    "mailtos://u:p@mail.test/?to={to}",
    "json://hook.test",
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


@pytest.fixture
def country(tmp_path):
    """For tests that commit: reference data anew, since their database is emptied after each."""
    world.load(tmp_path)


@pytest.fixture
def all_ways(settings):
    """A node with a gateway, a mail server and another system of its operator's."""
    settings.NOTICE_CHANNELS = {"sms": [SMS], "mail": [MAIL], "webhook": [HOOK]}


@pytest.fixture
def sms_only(settings):
    """A node with an SMS gateway alone."""
    settings.NOTICE_CHANNELS = {"sms": [SMS]}


def proved(account, address="13900000002", channel=Channel.SMS):
    """The account has answered the code that went to its phone or mailbox."""
    row = proving.begin(account=account, channel=channel, address=address, at=MONDAY)
    proving.prove(account=account, proof_id=row.pk, code=row.code, at=MONDAY)


class Gateway:
    """What was handed to channels; while `broken`, it takes nothing."""

    def __init__(self):
        self.taken, self.broken = [], ""

    def send(self, channel, *, to, title, text):
        if self.broken:
            raise NotSent(self.broken)
        self.taken.append((channel.value, to, title, text))


@pytest.fixture
def gateway(monkeypatch):
    """Stands in for the network; `test_channels` shows what apprise makes of the real thing."""
    made = Gateway()
    monkeypatch.setattr(channels, "send", made.send)
    return made
