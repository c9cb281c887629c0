"""How allauth fits this node: no sign-up of one's own, and second factors sealed at rest."""

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from tongban.basics import sealing
from tongban.parties import queries

_CONTEXT = b"parties.second-factor"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from the operator or, later, from an identity platform."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account alone: who somebody is has to be established first."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Officers go to their desk, everybody else to the portal; `next` comes before this."""
        is_officer = queries.officer_of(request.user) is not None
        return resolve_url(settings.OFFICER_HOME if is_officer else settings.LOGIN_REDIRECT_URL)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps and recovery codes under the field key."""

    def encrypt(self, text: str) -> str:
        """A secret as it is stored."""
        return base64.b64encode(sealing.seal(text.encode(), context=_CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        return sealing.unseal(base64.b64decode(encrypted_text), context=_CONTEXT).decode()

    def get_totp_issuer(self) -> str:
        """What an authenticator app shows beside the code."""
        return _("通办")

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Under which name the app lists it."""
        return str(user.get_username())
