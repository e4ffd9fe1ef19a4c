"""The hall board: what everybody in the hall sees, out of `auctions.board`."""

from typing import Any

from rest_framework import serializers

from auctions import engines
from auctions.board import Board, premium_of
from auctions.documents.catalogue import wan
from auctions.models import Lot, RunningOrderEntry
from auctions.outcomes import result_of
from auctions.serializers.afterwards import ResultView
from core.parsing import AmountField, InstantField
from core.serializers import Serializer
from marketplace.models import Picture
from marketplace.queries import picture_of


class LotOnBoardView(Serializer[Lot]):
    """A lot on the screen. `price_wan` is the price, or before a bid the start, in 万元."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    format = serializers.CharField()
    phase = serializers.SerializerMethodField()
    starting_price = AmountField()
    increment = AmountField()
    current_price = AmountField(source="price", allow_null=True)
    price_wan = serializers.SerializerMethodField()
    minimum_bid = serializers.SerializerMethodField()
    bid_count = serializers.IntegerField()
    calls = serializers.SerializerMethodField()
    paddle = serializers.SerializerMethodField()
    premium_rate = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()

    def get_phase(self, lot: Lot) -> str:
        return lot.phase_at(self._context["now"]).value

    def get_price_wan(self, lot: Lot) -> str:
        return wan(lot.starting_price if lot.price is None else lot.price)

    def get_minimum_bid(self, lot: Lot) -> str:
        return AmountField().to_representation(engines.minimum_bid(lot))

    def get_calls(self, lot: Lot) -> int:
        return lot.hall_standing().calls

    def get_paddle(self, lot: Lot) -> str | None:
        return lot.leader.paddle if lot.leader else None

    def get_premium_rate(self, lot: Lot) -> str | None:
        """Per cent above the starting price, two decimals."""
        premium = premium_of(lot)
        return None if premium is None else str(premium)

    def get_result(self, lot: Lot) -> dict[str, Any] | None:
        result = result_of(lot)
        return ResultView(result).data if result else None


class PictureOnBoardView(Serializer[Picture]):
    """Where the bytes are; its text for whoever cannot see it is the item's title."""

    url = serializers.CharField(source="path")
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class ItemOnBoardView(Serializer[RunningOrderEntry]):
    """An item of the running order: `lot` is null where an agreed deal is signed."""

    entry = serializers.IntegerField(source="pk")
    position = serializers.IntegerField()
    title = serializers.CharField(source="subject")
    picture = serializers.SerializerMethodField()
    lot = serializers.SerializerMethodField()
    done_at = InstantField(allow_null=True)

    def get_picture(self, entry: RunningOrderEntry) -> dict[str, Any] | None:
        """The picture that stands for the achievement; null if it has none."""
        picture = picture_of(entry.achievement) if entry.achievement else None
        return None if picture is None else PictureOnBoardView(picture).data

    def get_lot(self, entry: RunningOrderEntry) -> dict[str, Any] | None:
        return LotOnBoardView(entry.lot, context=self._context).data if entry.lot else None


class BoardView(Serializer[Board]):
    """A session's board as of `server_time`."""

    session = serializers.IntegerField(source="session.pk")
    code = serializers.CharField(source="session.code")
    title = serializers.CharField(source="session.title")
    title_en = serializers.CharField(source="session.title_en")
    state = serializers.CharField(source="session.state")
    starts_at = InstantField(source="session.starts_at")
    current = serializers.SerializerMethodField()
    coming = serializers.SerializerMethodField()
    done = serializers.IntegerField()
    total = serializers.SerializerMethodField()
    server_time = InstantField(source="now")

    def get_current(self, board: Board) -> dict[str, Any] | None:
        return self._item(board, board.current) if board.current else None

    def get_coming(self, board: Board) -> list[dict[str, Any]]:
        return [self._item(board, entry) for entry in board.coming]

    def get_total(self, board: Board) -> int:
        return len(board.entries)

    def _item(self, board: Board, entry: RunningOrderEntry) -> dict[str, Any]:
        return ItemOnBoardView(entry, context={"now": board.now}).data
