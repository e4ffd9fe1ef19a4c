"""One row of each model of the alliances, for the desk's world; of organizations of their own."""

from alliances.models import CommitteeSeat, FundProject, SupportPolicy
from marketplace.models import TechnologyField
from tests.alliances.conftest import make_alliance
from tests.alliances.lending import make_lenders, offer, submit
from tests.conftest import NOW, city_of, make_member, make_organization, make_user


def make_finance() -> None:
    (banker,) = make_lenders(make_alliance(), 1)
    offer(banker, submit(make_member(make_organization())))
    SupportPolicy.objects.create(
        title="虚构政策",
        issuer="虚构局",
        level="city",
        issued_on=NOW.date(),
        valid_from=NOW.date(),
        audience="虚构对象",
        source="虚构来源",
    )
    CommitteeSeat.objects.create(person=make_user(), starts_on=NOW.date(), ends_on=NOW.date())
    FundProject.objects.create(
        code="P-desk",
        title="虚构项目",
        field=TechnologyField.objects.get(code="NM"),
        city=city_of("340200"),
        pooled_at=NOW,
    )
