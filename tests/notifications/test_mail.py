"""Mail that can be recognized when it comes twice, and a mail server's different ways to say no."""

import smtplib
from typing import Any

import pytest
from django.core import mail

from notifications.fanout import fan_out
from notifications.models import Delivery
from notifications.senders import SendError, send
from tests.conftest import organization_of
from tests.notifications.conftest import organization_event


@pytest.fixture
def letter(keeper):
    keeper.email, keeper.language = "keeper@example.org", "en"
    keeper.save(update_fields=["email", "language"])
    organization_event(organization_of(keeper))
    fan_out()
    return Delivery.objects.get(channel="email")


def test_a_mail_has_a_stable_message_id_and_says_where_to_look(letter, keeper, settings):
    settings.PUBLIC_URL = "https://market.example.org/"

    send(letter)
    send(letter)

    first, second = mail.outbox
    assert first.subject == "虚构系统公司 has been verified"
    assert "https://market.example.org/" in first.body
    ids = {message.message()["Message-ID"] for message in (first, second)}
    assert ids == {f"<msg_{letter.pk}@market.example.org>"}
    assert first.message()["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("error", "code", "permanent"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), "mail_refused", True),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, b"greylisted")}), "mail_refused", False),
        (smtplib.SMTPSenderRefused(553, b"not you", "a@b"), "mail_refused", True),
        (smtplib.SMTPDataError(451, b"later"), "mail_refused", False),
        (smtplib.SMTPServerDisconnected("gone"), "mail_failed", False),
        (ConnectionRefusedError(), "mail_failed", False),
    ],
)
def test_a_mail_server_s_no_is_final_only_when_it_says_so(
    letter, monkeypatch, error, code, permanent
):
    def send_messages(*_: Any) -> None:
        raise error

    monkeypatch.setattr(
        "django.core.mail.backends.locmem.EmailBackend.send_messages", send_messages
    )

    with pytest.raises(SendError) as failed:
        send(letter)

    assert (failed.value.code, failed.value.permanent) == (code, permanent)
