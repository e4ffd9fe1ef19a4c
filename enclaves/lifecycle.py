"""The way of a project through an enclave park."""

from enum import StrEnum

from core.lifecycle import Lifecycle


class ProjectState(StrEnum):
    CONTACT = "contact"
    ADMITTED = "admitted"  # 评审入驻
    INCUBATING = "incubating"
    PILOT = "pilot"  # 中试
    LANDING = "landing"  # 落地签约: an entity in the home city is reported
    LANDED = "landed"  # told by the confirmed landing, stored nowhere else
    OUTPUT = "output"  # 投产
    EXITED = "exited"


class ExitKind(StrEnum):
    GRADUATED = "graduated"
    TERMINATED = "terminated"


class SignedKind(StrEnum):
    """What a project has signed."""

    INCUBATION = "incubation"  # 孵化协议
    COOPERATION = "cooperation"
    INVESTMENT = "investment"
    LANDING = "landing"  # 落地协议


class LandingBasis(StrEnum):
    """What shows that an entity of the home city is there."""

    ENTITY = "entity"
    LAND_OR_LEASE = "land_or_lease"
    INVESTMENT = "investment"
    TAX_RECORD = "tax_record"


PROJECT = Lifecycle(
    "project",
    {
        ProjectState.CONTACT: {ProjectState.ADMITTED, ProjectState.EXITED},
        ProjectState.ADMITTED: {ProjectState.INCUBATING, ProjectState.EXITED},
        ProjectState.INCUBATING: {ProjectState.PILOT, ProjectState.EXITED},
        ProjectState.PILOT: {ProjectState.LANDING, ProjectState.EXITED},
        # Evidence that the city refused is given anew; what it confirmed has landed.
        ProjectState.LANDING: {ProjectState.LANDING, ProjectState.LANDED, ProjectState.EXITED},
        ProjectState.LANDED: {ProjectState.OUTPUT, ProjectState.EXITED},
        ProjectState.OUTPUT: {ProjectState.EXITED},
        ProjectState.EXITED: set(),
    },
)
# From the admission to the exit a project takes its area; what has landed keeps its front office.
RESIDENT = frozenset(ProjectState) - {ProjectState.CONTACT, ProjectState.EXITED}


class Side(StrEnum):
    """The two cities of a park."""

    HOME = "home"
    HOST = "host"


class ReportState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    DISPUTED = "disputed"
    AGREED = "agreed"


class TalentGrade(StrEnum):
    """From the highest to the lowest; a person is counted by the highest."""

    LEADING = "leading"  # named in a talent plan
    SENIOR = "senior"  # 正高
    DOCTOR = "doctor"
    ASSOCIATE_SENIOR = "associate_senior"  # 副高
    MASTER = "master"
    OTHER = "other"


class DutyKind(StrEnum):
    REPORT = "report"
    CONFIRMATION = "confirmation"
    AGREEMENT = "agreement"
    TENANCY = "tenancy"


class DutyPhase(StrEnum):
    """Computed from the clock; stored only where people were told of it."""

    UPCOMING = "upcoming"
    SOON = "soon"
    OVERDUE = "overdue"


REPORT = Lifecycle(
    "report",
    {
        ReportState.DRAFT: {ReportState.SUBMITTED},
        ReportState.SUBMITTED: {ReportState.DISPUTED, ReportState.AGREED},
        # What the office settled is confirmed anew by whoever had not confirmed these figures.
        ReportState.DISPUTED: {ReportState.SUBMITTED},
        ReportState.AGREED: set(),
    },
)


class PlaceKind(StrEnum):
    DEMO_PARK = "demo_park"  # 产业合作示范园区
    DEMO_ZONE = "demo_zone"  # 产城融合发展示范区
    TRANSFER_BASE = "transfer_base"  # 科技成果转移转化示范基地
    FINANCE_PARK = "finance_park"  # 产融结合高质量发展园区


class PlaceState(StrEnum):
    APPLIED = "applied"
    NAMED = "named"
    REFUSED = "refused"
    REVOKED = "revoked"


class AssessmentState(StrEnum):
    """The step that an assessment has reached."""

    MATERIAL = "material"  # 材料审核
    DEFENCE = "defence"  # 答辩
    EXPERTS = "experts"  # 专家评审
    PUBLICISED = "publicised"  # 公示
    CONCLUDED = "concluded"


class PlaceGrade(StrEnum):
    EXCELLENT = "excellent"
    QUALIFIED = "qualified"
    FAILED = "failed"


PLACE = Lifecycle(
    "place",
    {
        PlaceState.APPLIED: {PlaceState.NAMED, PlaceState.REFUSED},
        PlaceState.NAMED: {PlaceState.REVOKED},
        PlaceState.REFUSED: set(),
        PlaceState.REVOKED: set(),
    },
)

ASSESSMENT = Lifecycle(
    "assessment",
    {
        AssessmentState.MATERIAL: {AssessmentState.DEFENCE},
        AssessmentState.DEFENCE: {AssessmentState.EXPERTS},
        AssessmentState.EXPERTS: {AssessmentState.PUBLICISED},
        AssessmentState.PUBLICISED: {AssessmentState.CONCLUDED},
        AssessmentState.CONCLUDED: set(),
    },
)
