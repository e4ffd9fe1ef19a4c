"""A second factor: switched on, asked for at the next sign-in, replaced by a recovery code, off."""

import re
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client

ACTIVATE, DEACTIVATE = "/accounts/2fa/totp/activate/", "/accounts/2fa/totp/deactivate/"
CODES = "/accounts/2fa/recovery-codes/"


def code_at(instant: float, secret: str) -> str:
    """What an authenticator app shows."""
    return format_hotp_value(hotp_value(secret, int(instant) // 30))


def sign_in(client: Client) -> HttpResponse:
    return client.post("/accounts/login/", {"login": "bidder", "password": "demo"})


def confirmed(client: Client, path: str) -> Any:
    """Changing the second factor asks for the password again."""
    asked = client.get(path)
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    return client.post(asked.headers["Location"], {"password": "demo"}, follow=True)


def test_a_second_factor_is_switched_on_asked_for_and_switched_off(bidder, monkeypatch):
    now = 1_772_413_200.0
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: now)
    client = Client(headers={"accept-language": "zh-hans"})
    sign_in(client)

    page = confirmed(client, ACTIVATE)
    secret = re.search(r'id="authenticator_secret"[^>]* value="([A-Z2-7]+)"', page.text)[1]
    assert 'src="data:image/svg+xml;' in page.text
    assert "验证码不正确" in client.post(ACTIVATE, {"code": "000000"}).text
    # Typed in a moment after the app showed the next one.
    assert client.post(ACTIVATE, {"code": code_at(now - 30, secret)}).status_code == 302
    codes = re.findall(r"^(\d{8})\b", client.get(CODES).text.replace(">", ">\n"), re.MULTILINE)
    assert len(codes) == 10

    for code, answer in (("123456", 200), (codes[0], 302), (codes[0], 200)):
        again = Client(headers={"accept-language": "zh-hans"})
        asked = sign_in(again)
        assert asked.headers["Location"].startswith("/accounts/2fa/authenticate/")
        assert again.post(asked.headers["Location"], {"code": code}).status_code == answer
        assert ("_auth_user_id" in again.session) is (answer == 302)

    assert "确定要停用吗" in client.get(DEACTIVATE).text  # confirmed a moment ago
    client.post(DEACTIVATE)
    assert "尚未启用验证器应用" in client.get("/accounts/2fa/").text
    assert sign_in(Client()).headers["Location"] == "/"
