"""The words of notices and mails about enclave parks; `words` says how they are written."""

from typing import Any

from django.utils.translation import gettext_lazy as _

ENCLAVE_WORDS: dict[str, tuple[Any, Any]] = {
    "park.founded": (
        _("An enclave park was set up: {park}"),
        _("{park} of {home_city} lies in {host_district}."),
    ),
    "park.agreement_signed": (
        _("An agreement on sharing was entered: {park}"),
        _("What {home_city} and {host_district} share of {park} is on record."),
    ),
    "project.proposed": (
        _("A project asks for admission: {project}"),
        _("{project_code} was proposed to {park}."),
    ),
    "project.reviewers_named": (
        _("You are asked to judge an admission: {project}"),
        _("Say whether {park} should take in {project_code}, and why."),
    ),
    "project.reviewed": (
        _("A reviewer has judged: {project}"),
        _("{project_code} is admitted when every reviewer has said and most are in favour."),
    ),
    "project.admitted": (
        _("The project is admitted: {project}"),
        _("{park} has taken in {project_code}."),
    ),
    "project.incubating": (
        _("The project is being incubated: {project}"),
        _("{project_code} has moved into {park}."),
    ),
    "project.pilot": (
        _("The project has begun its pilot production: {project}"),
        _("{project_code} in {park} has reached the pilot."),
    ),
    "project.landing": (
        _("The project reports its landing: {project}"),
        _("{project_code} of {park} counts as landed when {home_city} has confirmed it."),
    ),
    "project.output": (
        _("The project produces: {project}"),
        _("{project_code} of {park} has begun production in {home_city}."),
    ),
    "project.exited": (
        _("The project has left the park: {project}"),
        _("{project_code} has left {park}. Reason: {project_reason}"),
    ),
    "report.submitted": (
        _("Figures await your confirmation: {park}"),
        _("The operator of {park} submitted a report. Confirm it, or say what is wrong."),
    ),
    "report.confirmed": (
        _("A city has confirmed the figures: {park}"),
        _("When both cities have confirmed, the shares are computed."),
    ),
    "report.agreed": (
        _("Both cities have confirmed: {park}"),
        _("The shares of {home_city} and {host_district} stand in the report."),
    ),
    "report.disputed": (
        _("Figures are disputed: {park}"),
        _("Nothing is shared until it is settled. The reason stands in the report."),
    ),
    "report.resolved": (
        _("A dispute is settled: {park}"),
        _("The figures of {park} await confirmation again."),
    ),
    "duty.due_soon": (
        _("Due soon: {duty} ({park})"),
        _("It is due on {due_on}. See the park's calendar of duties."),
    ),
    "duty.overdue": (
        _("Overdue: {duty} ({park})"),
        _("It was due on {due_on}. See the park's calendar of duties."),
    ),
    "place.applied": (
        _("A place asks for a name: {place}"),
        _("{place} has applied. Name it in a batch, or say why not."),
    ),
    "place.named": (
        _("The place is named: {place}"),
        _("{place} is on the public list of named places."),
    ),
    "place.refused": (
        _("The place is not named: {place}"),
        _("Reason: {place_reason}"),
    ),
    "place.revoked": (
        _("The name was taken back: {place}"),
        _("Reason: {place_reason}"),
    ),
    "place.assessment_opened": (
        _("The yearly assessment begins: {place}"),
        _("It begins with the check of the material; defence and experts follow."),
    ),
    "place.assessment_publicised": (
        _("The result is publicised: {place}"),
        _("The grade of {place} counts when it has stood."),
    ),
    "place.assessment_concluded": (
        _("The assessment is concluded: {place}"),
        _("The grade of {place} has stood, and counts."),
    ),
    "landing.reported": (
        _("A landing awaits confirmation: {entity}"),
        _("A project of an enclave park is reported as landed. Compare the evidence."),
    ),
    "landing.confirmed": (
        _("The landing is confirmed: {entity}"),
        _("The bureau of the city has confirmed it, and it counts."),
    ),
    "landing.refused": (
        _("The landing was refused: {entity}"),
        _("The evidence does not show it. The reason stands with the landing."),
    ),
}
