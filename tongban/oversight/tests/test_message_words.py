"""The page of messages says what each is about, not only how its type is spelt."""

from tongban.exchange import receipts, registry
from tongban.oversight.message_words import WORDS, words_of


def test_every_message_that_some_part_handles_has_words():
    handled = {kind for kind in registry._HANDLERS if not kind.startswith("test.")}

    assert len(handled) > 10
    assert handled | {receipts.TYPE} <= WORDS.keys()


def test_a_type_from_a_later_version_stands_for_itself():
    assert words_of("case.events.v9") == "case.events.v9"
    assert words_of("case.events.v1") == "办件的新记录"
