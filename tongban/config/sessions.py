"""Sessions in the database, which say so when the database goes away while one is saved.

Django's own store takes every failure to save for a session that somebody ended meanwhile, which
answers 400: the person would read that her request made no sense and changed nothing, while the act
before it was committed.
"""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from tongban.basics.away import DATABASE_AWAY
from tongban.basics.selecting import Selection

# Asked for every page of somebody who is signed in.
_VALID = Selection(lambda p: Session.objects.filter(session_key=p("key"), expire_date__gt=p("now")))


class SessionStore(db.SessionStore):
    """As Django's; a lost database stays a lost database (503, and the way on)."""

    def save(self, must_create: bool = False) -> None:
        """Raises UpdateError for a session that is gone, and OperationalError or InterfaceError."""
        try:
            super().save(must_create)
        except UpdateError as failed:
            if isinstance(failed.__context__, DATABASE_AWAY):
                raise failed.__context__ from None
            raise

    def _get_session_from_db(self) -> Session | None:
        found = _VALID.first(key=self.session_key, now=now())
        if found is None:
            self._session_key = None
        return found
