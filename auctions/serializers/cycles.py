"""The figures of the trading cycles: as JSON, and as the sheets of their exports."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from auctions.models import AuctionSession
from auctions.rules.cycles import Figure
from auctions.turnover import CycleReport, LabelledFigure, SessionFigure, Turnover
from core.clock import SHANGHAI
from core.parsing import AmountField, InstantField
from core.serializers import Serializer
from core.sheets import Sheet, Value

_CYCLE_COLUMNS = (
    "周期 / Cycle",
    "届次 / Flagship session",
    "起（不含） / After (Shanghai)",
    "止（含） / Until (Shanghai)",
    "状态 / Status",
    "口径 / Figure",
    "笔数 / Deals",
    "成交额（元） / Amount (CNY)",
    "其中标的数 / Of which lots",
    "起拍价合计（元） / Starting prices (CNY)",
    "溢价率（%） / Premium rate (%)",
)
_SESSION_COLUMNS = (
    "周期 / Cycle",
    "场次 / Session",
    "名称 / Title",
    "成交标的 / Lots sold",
    "成交额（元） / Amount (CNY)",
    "溢价率（%） / Premium rate (%)",
)
_PROVISIONAL, _FINAL = "未截止，暂计 / open, provisional", "已截止 / ended"


class PercentField(serializers.CharField):
    """A rate in percent with two decimals, such as "37.43"; null where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)


class FigureView(Serializer[LabelledFigure]):
    """Deals added up. The premium rate is in percent, of the lots among them; null without one."""

    label = serializers.CharField(help_text="Chinese")  # type: ignore[assignment]
    label_en = serializers.CharField()
    deals = serializers.IntegerField(source="figure.deals")
    amount = AmountField(source="figure.amount")
    sold_lots = serializers.IntegerField(source="figure.lots")
    premium_rate = PercentField(source="figure.premium_rate")


class CycleSessionView(Serializer[AuctionSession]):
    """The flagship that ended a cycle."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()


class SessionFigureView(Serializer[SessionFigure]):
    """What one session sold by the hammer in the cycle."""

    id = serializers.IntegerField(source="session.pk")
    code = serializers.CharField(source="session.code")
    kind = serializers.CharField(source="session.kind")
    title = serializers.CharField(source="session.title")
    title_en = serializers.CharField(source="session.title_en")
    finished_at = InstantField(source="session.finished_at", allow_null=True)
    sold_lots = serializers.IntegerField(source="figure.lots")
    amount = AmountField(source="figure.hammered")
    premium_rate = PercentField(source="figure.premium_rate")


class CycleView(Serializer[CycleReport]):
    """A trading cycle: (`begins_after`, `ends_at`]. Without an end it is open and provisional."""

    number = serializers.IntegerField(source="cycle.number")
    session = CycleSessionView(source="flagship", allow_null=True)
    begins_after = InstantField(source="cycle.begins_after", allow_null=True)
    ends_at = InstantField(source="cycle.ends_at", allow_null=True)
    provisional = serializers.BooleanField(source="cycle.is_provisional")
    on_site_competitive = FigureView(source="figures.on_site_competitive")
    on_site_agreed = FigureView(source="figures.on_site_agreed")
    off_session = FigureView(source="figures.off_session")
    total = FigureView(source="figures.total")
    fallen_away = FigureView(source="figures.fallen_away")
    cumulative = FigureView(source="figures.cumulative")
    premium_rate = PercentField(source="cycle.total.premium_rate")
    sessions = SessionFigureView(many=True)


class TurnoverView(Serializer[Turnover]):
    """Every cycle, the newest first, in one page; `since` is the formation of the first deal."""

    next = serializers.ReadOnlyField(default=None)
    previous = serializers.ReadOnlyField(default=None)
    since = InstantField(allow_null=True)
    server_time = InstantField(source="as_of")
    results = CycleView(source="reports", many=True)


def turnover_sheets(found: Turnover) -> list[Sheet]:
    """Cycles, sessions, and what each figure counts; both languages in every heading."""
    return [cycle_sheet(found), _session_sheet(found), _definitions(found)]


def cycle_sheet(found: Turnover) -> Sheet:
    """One row for each figure of each cycle."""
    rows = [row for report in found.reports for row in _rows(report)]
    return Sheet("周期 Cycles", _CYCLE_COLUMNS, rows)


def _rows(report: CycleReport) -> list[list[Value]]:
    cycle = report.cycle
    flagship = f"{report.flagship.code} {report.flagship.title}" if report.flagship else ""
    begin: list[Value] = [
        cycle.number,
        flagship,
        _shanghai(cycle.begins_after),
        _shanghai(cycle.ends_at),
        _PROVISIONAL if cycle.is_provisional else _FINAL,
    ]
    return [
        [*begin, _both(one.label, one.label_en), *_added_up(one.figure)]
        for one in report.figures.values()
    ]


def _added_up(figure: Figure) -> list[Value]:
    started = figure.started if figure.lots else None
    return [figure.deals, figure.amount, figure.lots, started, figure.premium_rate]


def _session_sheet(found: Turnover) -> Sheet:
    rows: list[list[Value]] = [
        [
            report.cycle.number,
            held.session.code,
            held.session.title,
            held.figure.lots,
            held.figure.hammered,
            held.figure.premium_rate,
        ]
        for report in found.reports
        for held in report.sessions
    ]
    return Sheet("场次 Sessions", _SESSION_COLUMNS, rows)


def _definitions(found: Turnover) -> Sheet:
    rows: list[list[Value]] = [
        [_both(one.label, one.label_en), _both(one.meaning, one.meaning_en)]
        for one in found.reports[0].figures.values()
    ]
    rows.append(["首笔成交 / First deal on record", _shanghai(found.since)])
    rows.append(["截至 / As of", _shanghai(found.as_of)])
    return Sheet("口径 Definitions", ("口径 / Figure", "含义 / Meaning"), rows)


def _both(chinese: str, english: str) -> str:
    return f"{chinese} / {english}"


def _shanghai(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
