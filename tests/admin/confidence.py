"""A need of the desk's world that is judged by experts and read in confidence."""

from accounts.models import User
from marketplace.models import (
    ExpertPanel,
    Need,
    NeedReading,
    NeedUndertaking,
    PanelExpert,
    PanelObjection,
)
from tests.conftest import NOW, organization_of


def confide(need: Need, reader: User) -> None:
    """A publicised ranking that the reader objects to, and the reader's word and look."""
    panel = ExpertPanel.objects.create(need=need, criteria=[["虚构", 100]], convened_at=NOW)
    PanelExpert.objects.create(panel=panel, person=reader)
    PanelObjection.objects.create(
        panel=panel, person=reader, reason="虚构的异议", contact="虚构电话", raised_at=NOW
    )
    word = {"need": need, "organization": organization_of(reader), "person": reader}
    NeedUndertaking.objects.create(**word, version="1", text_hash="0" * 64, accepted_at=NOW)
    NeedReading.objects.create(**word, read_at=NOW)
