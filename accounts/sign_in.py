"""Who may open an account: nobody by themselves, for now; operators enter people."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class SignInAdapter(DefaultAccountAdapter):
    """allauth's defaults, without public sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
