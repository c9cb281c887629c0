"""What is said on which occasion, and above all what is not said outside the portal."""

import re
import string

from tongban.basics.tests.each import of_all
from tongban.cases import states
from tongban.cases.notices import reminding, wording
from tongban.cases.notices.wording import INSIDE, OCCASIONS, OUTSIDE, WORDINGS

NUMBER = "220104202611160000017X"[-21:]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
OUTSIDE_TEXTS = [
    (kind, channel, text)
    for kind, words in WORDINGS.items()
    for channel in ("sms", "mail")
    for text in words.words(channel)
]


def test_every_occasion_has_words_and_every_word_an_occasion():
    assert set(OCCASIONS.values()) | set(reminding.KINDS.values()) == set(WORDINGS)


@of_all("kind", WORDINGS)
def test_an_inbox_names_only_what_a_case_can_say(kind):
    words = WORDINGS[kind]
    assert set(PLACEHOLDER.findall(f"{words.title}{words.inbox}")) <= INSIDE
    assert "%" not in PLACEHOLDER.sub("", f"{words.title}{words.inbox}")
    assert str(words.inbox).endswith("。")
    assert not PLACEHOLDER.findall(str(words.title))


@of_all(("kind", "channel", "text"), OUTSIDE_TEXTS)
def test_outside_the_portal_only_the_tail_of_the_number_is_filled_in(kind, channel, text):
    assert set(PLACEHOLDER.findall(text)) <= OUTSIDE
    assert "%" not in PLACEHOLDER.sub("", text)


@of_all("kind", WORDINGS)
@of_all("channel", ["sms", "mail"])
def test_outside_nothing_tells_what_it_is_about(kind, channel):
    said = "".join(wording.outside(kind, channel, number=NUMBER))
    # One text for everything: whoever sees it cannot even tell a denial from a receipt.
    other = "".join(wording.outside("received", channel, number=NUMBER))
    assert said == other
    assert NUMBER[-4:] in said
    assert NUMBER not in said
    # No number of a person, a phone or a day: never more than the four characters of the tail.
    assert re.findall(r"[0-9]{3,}[0-9Xx]?", said) == [NUMBER[-4:]] * said.count(NUMBER[-4:])
    # No address to press.
    assert not re.search(r"https?:|www\.|\.(cn|com)\b", said)
    assert set(said) & set(string.ascii_letters) <= {"X"}


def test_an_sms_fits_into_one():
    _title, text = wording.outside("received", "sms", number=NUMBER)
    assert len(text) <= 70


def test_what_another_system_is_told_is_number_occasion_and_moment():
    told = wording.pushed("decided", number=NUMBER, at="2026-11-16T01:12:00+00:00")
    assert set(told) == {"case", "occasion", "at"}


def test_the_inbox_tells_of_every_move_that_is_not_the_applicants_own():
    own = {move.name for move in states.MOVES if move.by is states.Party.APPLICANT}
    silent = {move.name for move in states.MOVES} - set(OCCASIONS)
    # A proposal is an office's own working, and what it leads to is told.
    assert silent - own <= {"propose", "send_back_proposal"}
