"""Ten thousand needs and a hundred thousand achievements that nobody posted, to see how it scales.

The texts are put together from the words of the search dictionary, the frequent ones often and most
of them seldom, as in real texts. Rows are written past the actions, because those would take an
hour; each is complete, public, and found by search.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import prefetch_related_objects

from accounts.models import City, Organization, OrganizationKind
from core import clock
from core.db import insert_all, transaction
from core.models import numbered_all
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Achievement, Need, NeedIndicator, TechnologyField
from marketplace.searchable import searchable_achievement, searchable_need
from search.documents import keep
from search.models import Document, Kind

AT_ONCE = 1000
# Region 000000 belongs to nobody.
_POSTER, _OWNER = "91000000990000010X", "91000000990000020X"
TABLES = "search_document, search_card, marketplace_need, marketplace_achievement"
_PURPOSES = (
    "提高",
    "降低",
    "替代进口",
    "在线监测",
    "回收利用",
    "国产化",
    "智能控制",
    "延长寿命",
    "规模制备",
)
_PATTERNS = (
    "面向{0}的{1}{2}技术",
    "{0}用{1}的{2}方法",
    "高性能{0}及其{1}{2}",
    "{0}与{1}协同{2}装置",
)
_SENTENCES = (
    "针对{0}在{1}中的不足，采用{2}实现{3}。",
    "以{0}为基础，结合{1}与{2}，{3}指标优于现有水平。",
    "适用于{0}、{1}和{2}，已完成{3}验证。",
    "通过{0}改进{1}，使{2}的成本下降，便于{3}。",
)


@dataclass(frozen=True)
class Progress:
    """How many there are of one kind so far."""

    kind: str
    written: int
    wanted: int


def load(*, needs: int, achievements: int, seed: int = 1) -> Iterator[Progress]:
    """Writes so many of both, a thousand with each commit, and says after each how far it is."""
    writer = _Writer(random.Random(seed))  # noqa: S311 - the same texts each time
    for kind, wanted, write in (
        ("needs", needs, writer.write_needs),
        ("achievements", achievements, writer.write_achievements),
    ):
        for first in range(0, wanted, AT_ONCE):
            some = min(AT_ONCE, wanted - first)
            with transaction():
                write(some)
            yield Progress(kind, first + some, wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLES}")


def forget() -> None:
    """Removes what was loaded, to be loaded anew: a thousand with each commit."""
    for kind, rows in (
        (Kind.NEED, Need.objects.filter(organization__credit_code=_POSTER)),
        (Kind.ACHIEVEMENT, Achievement.objects.filter(owner__credit_code=_OWNER)),
    ):
        while some := list(rows.order_by("id").values_list("id", flat=True)[:AT_ONCE]):
            with transaction():
                Document.objects.filter(kind=kind, object_id__in=some).delete()
                rows.filter(id__in=some).delete()


def is_alone() -> bool:
    """Whether nobody else's needs and achievements are here."""
    return not (
        Need.objects.exclude(organization__credit_code=_POSTER).exists()
        or Achievement.objects.exclude(owner__credit_code=_OWNER).exists()
    )


class _Writer:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.cities = list(City.objects.order_by("id"))
        self.fields = list(TechnologyField.objects.order_by("id"))
        self.words = _words()
        # A few words are frequent, most are rare: Zipf's law, with a head as flat as a trade's own.
        self.weights = list(accumulate(1 / (place + 30) for place in range(len(self.words))))
        self.now = clock.now()
        self.poster = _organization(_POSTER, OrganizationKind.ENTERPRISE, "虚构样本企业", self)
        self.owner = _organization(
            _OWNER, OrganizationKind.RESEARCH_INSTITUTE, "虚构样本研究院", self
        )

    def write_needs(self, many: int) -> None:
        rows = self._rows(
            Need,
            "N",
            many,
            lambda: {
                "organization": self.poster,
                "budget": Decimal(self.chance.randrange(1, 500)) * 10_000,
                "deadline": date(2099, 12, 31),
                "state": NeedState.PUBLISHED,
            },
        )
        insert_all(
            [
                NeedIndicator(
                    need=row, name="循环寿命", operator="ge", target=Decimal(1000), unit="次"
                )
                for row in rows
            ]
        )
        prefetch_related_objects(rows, "indicators")
        keep([searchable_need(row) for row in rows])

    def write_achievements(self, many: int) -> None:
        rows = self._rows(
            Achievement,
            "A",
            many,
            lambda: {
                "owner": self.owner,
                "maturity_scale": "trl9",
                "maturity_level": self.chance.randrange(1, 10),
                "ip_kind": "know_how",
                "state": AchievementState.PUBLISHED,
            },
        )
        keep([searchable_achievement(row) for row in rows])

    def _rows(
        self, model: type[Any], prefix: str, many: int, own: Callable[[], dict[str, Any]]
    ) -> list[Any]:
        rows = [
            model(
                **numbers,
                city=self.chance.choice(self.cities),
                field=self.chance.choice(self.fields),
                title=f"虚构：{self._filled(_PATTERNS)}",
                summary="".join(self._filled(_SENTENCES) for _ in range(4)),
                created_at=self.now,
                published_at=self.now,
                **own(),
            )
            for numbers in numbered_all(model, prefix, self.now, many)
        ]
        insert_all(rows)
        return rows

    def _filled(self, patterns: tuple[str, ...]) -> str:
        words = self.chance.choices(self.words, cum_weights=self.weights, k=3)
        return self.chance.choice(patterns).format(*words, self.chance.choice(_PURPOSES))


def _organization(code: str, kind: OrganizationKind, name: str, writer: _Writer) -> Organization:
    values: dict[str, Any] = {"kind": kind, "name": name, "city": writer.cities[0]}
    found, _ = Organization.objects.get_or_create(
        credit_code=code, defaults={**values, "created_at": writer.now}
    )
    return found


def _words() -> list[str]:
    file = settings.BASE_DIR / "fixtures" / "search" / "dictionary.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    single = [line for line in lines if line and not line.startswith("#")]
    # Compounds, so that there are thousands of words and most are rare.
    return single + [first + second for first in single[::4] for second in single[1::5]]
