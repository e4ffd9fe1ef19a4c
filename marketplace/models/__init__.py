"""The marketplace's tables."""

from marketplace.models.achievements import Achievement
from marketplace.models.attachments import (
    AchievementAttachment,
    AchievementFile,
    AttachmentFile,
    NeedAttachment,
)
from marketplace.models.brokers import Broker, Brokerage
from marketplace.models.calls import NeedCall
from marketplace.models.deals import Channel, Deal, PricingMethod, TransferMode
from marketplace.models.disclosure import (
    AchievementReading,
    AchievementUndertaking,
    NeedReading,
    NeedUndertaking,
)
from marketplace.models.dossiers import (
    CoOwner,
    Encumbrance,
    FeeReminder,
    Inventor,
    IPRecord,
)
from marketplace.models.drafts import ContractDraft
from marketplace.models.landings import Landing
from marketplace.models.matches import MatchOpinion
from marketplace.models.milestones import DealMilestone, RewardAlarm
from marketplace.models.needs import (
    CooperationMode,
    IPProposal,
    Need,
    NeedAlarm,
    NeedIndicator,
    NeedReview,
    Operator,
    ReviewVerdict,
    TechnologyField,
)
from marketplace.models.panels import (
    ExpertPanel,
    ExpertReview,
    PanelExpert,
    PanelObjection,
    RankedResponse,
)
from marketplace.models.pictures import Picture, PictureFile
from marketplace.models.plans import PlanAlarm, PlannedMilestone
from marketplace.models.publicity import Objection, Publicity
from marketplace.models.responses import Response, ResponseAlarm, ResponseIndicator

__all__ = [
    "Achievement",
    "AchievementAttachment",
    "AchievementFile",
    "AchievementReading",
    "AchievementUndertaking",
    "AttachmentFile",
    "Broker",
    "Brokerage",
    "Channel",
    "CoOwner",
    "ContractDraft",
    "CooperationMode",
    "Deal",
    "DealMilestone",
    "Encumbrance",
    "ExpertPanel",
    "ExpertReview",
    "FeeReminder",
    "IPProposal",
    "IPRecord",
    "Inventor",
    "Landing",
    "MatchOpinion",
    "Need",
    "NeedAlarm",
    "NeedAttachment",
    "NeedCall",
    "NeedIndicator",
    "NeedReading",
    "NeedReview",
    "NeedUndertaking",
    "Objection",
    "Operator",
    "PanelExpert",
    "PanelObjection",
    "Picture",
    "PictureFile",
    "PlanAlarm",
    "PlannedMilestone",
    "PricingMethod",
    "Publicity",
    "RankedResponse",
    "Response",
    "ResponseAlarm",
    "ResponseIndicator",
    "ReviewVerdict",
    "RewardAlarm",
    "TechnologyField",
    "TransferMode",
]
