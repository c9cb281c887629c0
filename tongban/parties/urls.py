"""Signing in and out, second factors, and for whom one acts.

Only what works without e-mail is hung up: a password is reset by the operator of the node.
"""

from allauth.account import views as allauth
from django.urls import include, path

from tongban.parties import views

urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("signup/", allauth.signup, name="account_signup"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("acting/", views.acting, name="parties-acting"),
]
