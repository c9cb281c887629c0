"""What keeps this machine from doing what was asked: one sentence, and what to do about it."""


class Trouble(Exception):
    """Something outside the program is in the way; nothing was left half done.

    `chinese` and `english` each say in one sentence what it is and what to do.
    """

    exit_code = 3

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")
        self.chinese = chinese
        self.english = english


class WrongWords(Trouble):
    """What was asked for does not exist."""

    exit_code = 2


class NothingRuns(Trouble):
    """There is no running demo to speak of."""

    exit_code = 4


class Interrupted(Exception):
    """Somebody asked the demo to stop while it was still starting."""
