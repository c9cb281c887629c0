"""Who is signed in: Django's own accounts, asked for without building the question anew."""

from django.contrib.auth.backends import ModelBackend

from tongban.basics.selecting import Selection
from tongban.parties.models import Account

# Asked for every page of somebody who is signed in.
_ACCOUNT = Selection(lambda p: Account.objects.filter(pk=p("account")))


class AccountBackend(ModelBackend):
    """As Django's: name and password, permissions; nobody for an account that is switched off."""

    def get_user(self, user_id: int) -> Account | None:
        """The account of a session, or None when it is gone or switched off."""
        found = _ACCOUNT.first(account=user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
