"""Reports: drawn up from records, confirmed by both cities, disputed, settled, shared."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection
from django.db.utils import InternalError

from core.db import transaction
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from enclaves import reports, talents
from enclaves.figures import figures_of
from enclaves.lifecycle import REPORT, ReportState
from enclaves.models import BenefitShare, Park, Report, ReportConfirmation, ReportDispute, Talent
from enclaves.reports import PeriodReported
from enclaves.rules.sharing import NotAPeriod, PeriodRunning, SideConfirmed
from enclaves.rules.tenancy import Span
from enclaves.talents import TalentKnown
from tests.conftest import NOW, act, make_user
from tests.enclaves.conftest import make_landing, make_project, make_tenancy, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

YEAR = {"period": "year", "starts_on": date(2025, 1, 1)}
GIVEN = {"tax": Decimal("1000000.01"), "output": Decimal("6000000.00")}
DOCUMENT = "000000199001010000"


def agree(park, metric="tax", percent="60.00"):
    return park.agreements.create(
        title="虚构协议",
        metric=metric,
        home_percent=Decimal(percent),
        period="year",
        starts_on=date(2025, 1, 1),
        ends_on=date(2028, 1, 1),
        entered_at=NOW,
    )


def draw_up(park, park_operator, **values):
    return reports.draw_up_report(
        actor=act(park_operator), park_id=park.pk, **{**YEAR, **GIVEN, **values}
    )


@pytest.fixture
def submitted(park, park_operator):
    agree(park)
    report = draw_up(park, park_operator)
    return reports.submit_report(actor=act(park_operator), report_id=report.pk)


def confirm(report, *people):
    for person in people:
        report = reports.confirm_report(actor=act(person), report_id=report.pk)
    return report


def test_figures_are_proposed_from_records(park, park_operator, settler, clock):
    clock.set(NOW.replace(year=2025))
    make_tenancy(make_unit(park), starts_on=date(2025, 1, 1), ends_on=None)
    in_time = {"landed_on": date(2025, 12, 31), "investment": Decimal("7000000.00")}
    landed = make_project(park, state="landed", ip_count=5, landing=make_landing(**in_time))
    other = make_project(park, state="landed", landing=make_landing(landed_on=date(2026, 1, 1)))
    refused = make_project(park, state="landing", landing=make_landing("refused", **in_time))
    for project in (landed, other, refused):
        project.moves.create(to="admitted", moved_at=clock.now(), by_client="client")
    gone = make_project(park, state="exited")
    for to in ("admitted", "exited"):
        gone.moves.create(to=to, moved_at=clock.now(), by_client="client")
    for project in (landed, other):
        talents.enter_talent(
            actor=act(park_operator),
            project_id=project.pk,
            name="虚构人才",
            document=DOCUMENT,
            grade="master" if project == landed else "doctor",
            starts_on=date(2025, 3, 1),
        )
    park.funds.create(name="虚构基金", size=Decimal(5), since=date(2025, 5, 1))
    clock.set(NOW)
    report = draw_up(park, park_operator)
    assert report.talents == 1
    assert report.figures == {
        "let_m2": "500.00",
        "resident": 3,
        "admitted": 4,
        "landed": 1,
        "producing": 0,
        "exited": 1,
        "ip_count": 5,
        "funding": "0.00",
        "funds": 1,
        "funds_size": "5.00",
        "investment": "7000000.00",
        "talents": {
            "leading": 0,
            "senior": 0,
            "doctor": 1,
            "associate_senior": 0,
            "master": 0,
            "other": 0,
        },
    }


def test_nothing_is_shared_before_both_cities_confirmed(submitted, bureau, host_bureau):
    half = confirm(submitted, host_bureau)
    assert (half.state, list(half.shares.all())) == ("submitted", [])
    agreed = confirm(submitted, bureau)
    assert agreed.state == "agreed"
    shares = {(one.metric, one.side): one.amount for one in agreed.shares.all()}
    assert shares == {
        ("tax", "home"): Decimal("600000.01"),
        ("tax", "host"): Decimal("400000.00"),
    }
    kinds = Event.objects.filter(topic=f"report:{submitted.pk}").order_by("seq")
    assert list(kinds.values_list("kind", flat=True)) == [
        "report.drawn_up",
        "report.submitted",
        "report.confirmed",
        "report.confirmed",
        "report.agreed",
    ]


def test_each_metric_is_shared_by_its_own_agreement(park, park_operator, bureau, host_bureau):
    for metric, percent in (("tax", "50.00"), ("output", "70.00"), ("talents", "100.00")):
        agree(park, metric, percent)
    report = draw_up(park, park_operator)
    reports.submit_report(actor=act(park_operator), report_id=report.pk)
    agreed = confirm(report, bureau, host_bureau)
    home = {one.metric: one.amount for one in agreed.shares.all() if one.side == "home"}
    assert home == {"tax": Decimal("500000.01"), "output": Decimal("4200000.00"), "talents": 0}


def test_a_city_confirms_once_and_only_its_own(submitted, bureau, rival, operator, cadre):
    confirm(submitted, bureau)
    with pytest.raises(SideConfirmed):
        confirm(submitted, bureau)
    for person, error in (
        (operator, PermissionDenied),
        (cadre, PermissionDenied),
        (rival, NotFound),
    ):
        with pytest.raises(error):
            confirm(submitted, person)


def test_a_dispute_is_settled_by_the_office_and_new_figures_confirmed_anew(
    submitted, bureau, host_bureau, park_operator, cadre
):
    confirm(submitted, bureau)
    run = {"report_id": submitted.pk}
    with pytest.raises(ReasonRequired):
        reports.dispute_report(actor=act(host_bureau), reason=" ", **run)
    disputed = reports.dispute_report(actor=act(host_bureau), reason="税收口径不一", **run)
    assert (disputed.state, disputed.disputes.get().side) == ("disputed", "host")
    with pytest.raises(IllegalTransition):
        confirm(submitted, bureau)
    corrected = reports.correct_report(actor=act(park_operator), tax=Decimal("500000.00"), **run)
    assert corrected.version == 2
    with pytest.raises(PermissionDenied):
        reports.resolve_report(actor=act(bureau), resolution="虚构", **run)
    reports.resolve_report(actor=act(cadre), resolution="按在地统计口径更正", **run)
    assert confirm(submitted, host_bureau).state == "submitted", "the home city confirmed others"
    agreed = confirm(submitted, bureau)
    assert {one.side: one.amount for one in agreed.shares.all()} == {
        "home": Decimal("300000.00"),
        "host": Decimal("200000.00"),
    }


def test_a_dispute_without_a_correction_keeps_what_was_confirmed(
    submitted, bureau, host_bureau, cadre
):
    confirm(submitted, bureau)
    run = {"report_id": submitted.pk}
    reports.dispute_report(actor=act(host_bureau), reason="存疑", **run)
    reports.resolve_report(actor=act(cadre), resolution="经核实无误", **run)
    assert confirm(submitted, host_bureau).state == "agreed"


def test_a_city_that_has_confirmed_figures_does_not_dispute_them(submitted, bureau, host_bureau):
    confirm(submitted, bureau)
    with pytest.raises(SideConfirmed):
        reports.dispute_report(actor=act(bureau), reason="虚构", report_id=submitted.pk)
    assert confirm(submitted, host_bureau).state == "agreed"


MOVES = {
    "submitted": lambda people, pk: reports.submit_report(
        actor=act(people["park_operator"]), report_id=pk
    ),
    "disputed": lambda people, pk: reports.dispute_report(
        actor=act(people["bureau"]), report_id=pk, reason="虚构"
    ),
    "agreed": lambda people, pk: reports.confirm_report(actor=act(people["bureau"]), report_id=pk),
    "resolved": lambda people, pk: reports.resolve_report(
        actor=act(people["cadre"]), report_id=pk, resolution="虚构"
    ),
}
FROM = {"submitted": ["draft"], "disputed": ["submitted"], "agreed": ["submitted"]}
FROM["resolved"] = ["disputed"]


@pytest.mark.parametrize("move", MOVES)
def test_only_the_moves_of_the_table_are_made(submitted, cast, move):
    for start in ReportState:
        drawn = {"submitted_at": None} if start == "draft" else {"submitted_at": NOW}
        Report.objects.filter(pk=submitted.pk).update(state=start, **drawn)
        before = Report.objects.filter(pk=submitted.pk).values().get()
        if start in FROM[move]:
            continue
        with pytest.raises((IllegalTransition, NotFound)):
            MOVES[move](cast, submitted.pk)
        assert Report.objects.filter(pk=submitted.pk).values().get() == before
    assert set(REPORT.moves) == set(ReportState)


def test_a_draft_is_its_operators_and_what_is_agreed_stays(
    park, park_operator, bureau, host_bureau
):
    report = draw_up(park, park_operator)
    with pytest.raises(NotFound):
        confirm(report, bureau)
    again = reports.correct_report(
        actor=act(park_operator), report_id=report.pk, output=Decimal("1.00")
    )
    assert (again.output, again.version) == (1, 1)
    reports.submit_report(actor=act(park_operator), report_id=report.pk)
    confirm(report, bureau, host_bureau)
    with pytest.raises(IllegalTransition):
        reports.correct_report(actor=act(park_operator), report_id=report.pk, tax=Decimal(0))


def test_a_period_is_whole_over_and_reported_once(park, park_operator, bureau):
    with pytest.raises(NotAPeriod):
        draw_up(park, park_operator, starts_on=date(2025, 2, 1))
    with pytest.raises(PeriodRunning):
        draw_up(park, park_operator, starts_on=date(2026, 1, 1))
    with pytest.raises(PermissionDenied):
        draw_up(park, bureau)
    draw_up(park, park_operator)
    with pytest.raises(PeriodReported):
        draw_up(park, park_operator, period="quarter", starts_on=date(2025, 10, 1))


def test_of_a_person_no_document_is_kept(api, park, park_operator, host_bureau, settler):
    project = make_project(park, settler, "incubating")
    path = f"/api/v1/projects/{project.pk}/talents"
    body = {"name": "虚构", "document": DOCUMENT, "grade": "doctor", "starts_on": "2026-01-01"}
    made = api(park_operator).post(path, body, format="json")
    assert made.status_code == 201
    assert DOCUMENT not in made.content.decode()
    assert DOCUMENT not in str(Talent.objects.values())
    spaced = {**body, "document": " 000000 19900101 0000", "starts_on": "2027-01-01"}
    known = api(park_operator).post(path, spaced, format="json")
    assert known.json()["code"] == "talent_known"
    assert len(api(host_bureau).get(path).json()["results"]) == 1
    assert api(settler).get(path).status_code == 404
    talents.end_talent(
        actor=act(park_operator), talent_id=made.json()["id"], ends_on=date(2026, 5, 1)
    )
    with pytest.raises(TalentKnown):
        talents.enter_talent(
            actor=act(park_operator),
            project_id=project.pk,
            name="虚构",
            document=DOCUMENT.lower(),
            grade="doctor",
            starts_on=date(2026, 4, 30),
        )
    back = api(park_operator).post(path, {**body, "starts_on": "2026-06-01"}, format="json")
    assert back.status_code == 201
    longer = api(park_operator).post(
        f"/api/v1/talents/{made.json()['id']}/end", {"ends_on": "2026-07-01"}, format="json"
    )
    assert longer.json()["code"] == "talent_known"
    with pytest.raises(NotFound):
        talents.end_talent(
            actor=act(settler), talent_id=made.json()["id"], ends_on=date(2026, 6, 1)
        )


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"ends_on": date(2025, 1, 1)}, "report_ends_after_start"),
        ({"tax": -1}, "report_amounts_not_negative"),
        ({"submitted_at": None}, "report_submitted_has_a_time"),
    ],
)
def test_a_report_that_cannot_be_true_is_refused_by_the_database(submitted, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction():
        Report.objects.filter(pk=submitted.pk).update(**values)


def test_what_happens_once_is_written_once(submitted, bureau, host_bureau, park):
    confirm(submitted, bureau, host_bureau)
    share, confirmation = BenefitShare.objects.first(), ReportConfirmation.objects.first()
    dispute = submitted.disputes.create(
        side="home", person=make_user(), reason="虚构", raised_at=NOW
    )
    project = make_project(park)
    talent = project.talents.create(
        name="虚构", person_key="k", grade="doctor", starts_on=date(2026, 1, 1), entered_at=NOW
    )
    alarm = park.alarms.create(
        kind="report", subject=1, due_on=date(2026, 1, 31), phase="soon", raised_at=NOW
    )
    for row, constraint in (
        (share, "benefitshare_once_a_side"),
        (confirmation, "reportconfirmation_once_a_side"),
        (dispute, "reportdispute_one_at_a_time"),
        (submitted, "report_one_for_a_time"),
        (talent, "talent_once_in_a_project"),
        (alarm, "dutyalarm_once_a_phase"),
    ):
        row.pk = None
        with pytest.raises(IntegrityError, match=constraint), transaction():
            row.save(force_insert=True)
    for model, values, constraint in (
        (ReportDispute, {"resolution": "虚构"}, "reportdispute_resolved_with_time_and_reason"),
        (Talent, {"ends_on": date(2026, 1, 1)}, "talent_ends_after_start"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction():
            model.objects.update(**values)
    with pytest.raises(IntegrityError, match="benefitshare_not_negative"), transaction():
        BenefitShare.objects.create(
            report_id=share.report_id,
            agreement_id=share.agreement_id,
            metric="output",
            side="home",
            amount=-1,
        )


def test_shares_and_confirmations_are_never_rewritten(submitted, bureau, host_bureau):
    confirm(submitted, bureau, host_bureau)
    for table in ("benefitshare", "reportconfirmation"):
        with (
            pytest.raises((InternalError, ProgrammingError, IntegrityError)),
            transaction(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM enclaves_{table}")  # noqa: S608


def test_a_person_counts_once_across_a_rotation_of_keys(park, park_operator, settings):
    """Whatever becomes of SECRET_KEY; a key that was thrown away takes its people along."""

    def enter(document):
        project = make_project(park, state="landed")
        return talents.enter_talent(
            actor=act(park_operator),
            project_id=project.pk,
            name="虚构",
            document=document,
            grade="doctor",
            starts_on=date(2026, 1, 1),
        ).person_key

    settings.TALENT_KEYS = ["one"]
    first = enter("虚构1")
    settings.SECRET_KEY = "rotated"
    assert enter("虚构 1") == first
    settings.TALENT_KEYS = ["two", "one"]
    assert enter("虚构1") == first, "on record under the earlier key"
    assert enter("虚构2") == enter("虚构2") != first
    year = Span(date(2026, 1, 1), date(2027, 1, 1))
    assert figures_of(Park.objects.filter(pk=park.pk), year).people == 2
    settings.TALENT_KEYS = ["two"]
    assert enter("虚构1") != first
