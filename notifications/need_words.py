"""The words of notices and mails about needs and the responses to them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

NEED_WORDS: dict[str, tuple[Any, Any]] = {
    "need.submitted": (
        _("A need awaits your endorsement: {need}"),
        _("{poster} submitted the need {need_code}."),
    ),
    "need.endorsed": (
        _("The need was endorsed: {need}"),
        _("The city's bureau endorsed {need_code}. The office publishes it next."),
    ),
    "need.review_due_soon": (
        _("A review is due soon: {need}"),
        _("{need_code} waits for your decision until {due_at} (Beijing time)."),
    ),
    "need.review_overdue": (
        _("A review is overdue: {need}"),
        _("{need_code} was to be decided by {due_at} (Beijing time), and is not."),
    ),
    "need.undertaking_accepted": (
        _("Somebody may read the confidential part: {need}"),
        _(
            "An organization accepted the confidentiality undertaking for {need_code}. Who reads"
            " is listed with the need."
        ),
    ),
    "need.returned": (
        _("The need was returned: {need}"),
        _("Reason: {need_reason}"),
    ),
    "need.published": (
        _("The need is published: {need}"),
        _("{need_code} is on the public list and open for responses."),
    ),
    "need.matched": (
        _("The need is matched: {need}"),
        _("A response to {need_code} was accepted."),
    ),
    "need.completed": (
        _("The need is solved: {need}"),
        _("The result of {need_code} was accepted by its poster."),
    ),
    "need.closed": (
        _("The need was closed: {need}"),
        _("{need_code} takes no more responses."),
    ),
    "need.withdrawn": (
        _("The need was withdrawn: {need}"),
        _("{need_code} was taken back by your organization."),
    ),
    "response.submitted": (
        _("A response to your need: {need}"),
        _("{respondent} responded to {need_code}."),
    ),
    "response.shortlisted": (
        _("Your response is on the shortlist: {need}"),
        _("{poster} put your response to {need_code} on the shortlist."),
    ),
    "response.accepted": (
        _("Your response was accepted: {need}"),
        _("{poster} accepted your response to {need_code}. Your deal tells what comes next."),
    ),
    "response.declined": (
        _("Your response was declined: {need}"),
        _("{poster} did not choose your response to {need_code}."),
    ),
    "response.withdrawn": (
        _("A response to your need was withdrawn: {need}"),
        _("{respondent} withdrew its response to {need_code}."),
    ),
    "response.answer_due_soon": (
        _("An answer to a response is due soon: {need}"),
        _("A response to {need_code} waits for an answer until {due_at} (Beijing time)."),
    ),
    "response.answer_overdue": (
        _("An answer to a response is overdue: {need}"),
        _(
            "A response to {need_code} was to be answered by {due_at} (Beijing time), and is"
            " not. The bureau of the city is told of it."
        ),
    ),
    "panel.convened": (
        _("An expert panel judges the responses: {need}"),
        _("Experts were named for {need_code}. They judge each response by the criteria."),
    ),
    "panel.joined": (
        _("You are an expert for a need: {need}"),
        _("Please judge each response to {need_code} by the criteria, or stand back."),
    ),
    "panel.left": (
        _("An expert stands back: {need}"),
        _("The panel for {need_code} has to be odd, with three experts or more."),
    ),
    "panel.ranked": (
        _("The experts' ranking is publicised: {need}"),
        _("Anybody may object to the ranking for {need_code} while it is publicised."),
    ),
    "panel.objected": (
        _("An objection to a ranking: {need}"),
        _("Nobody can be chosen for {need_code} until the objection has been decided."),
    ),
    "panel.objection_upheld": (
        _("The ranking is set aside: {need}"),
        _("An objection to the ranking for {need_code} was upheld. Another panel may follow."),
    ),
    "panel.objection_dismissed": (
        _("An objection to the ranking was dismissed: {need}"),
        _("The publicity of the ranking for {need_code} goes on, longer by the wait."),
    ),
}
