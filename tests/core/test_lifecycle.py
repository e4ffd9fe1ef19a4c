"""Transition tables: whole, and the only truth about what may become what."""

from enum import StrEnum

import pytest

from accounts.lifecycle import ORGANIZATION
from auctions.lifecycle import LOT, REGISTRATION
from core.lifecycle import IllegalTransition, Lifecycle
from marketplace.lifecycle import ACHIEVEMENT, DEAL, NEED, RESPONSE


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


LIGHT = Lifecycle(
    "light", {Light.RED: {Light.GREEN}, Light.GREEN: {Light.RED, Light.OFF}, Light.OFF: set()}
)
TABLES = [ORGANIZATION, NEED, RESPONSE, ACHIEVEMENT, DEAL, LOT, REGISTRATION]


def test_a_table_with_a_state_missing_is_refused():
    with pytest.raises(ValueError, match=r"light: the table lacks .*off"):
        Lifecycle("light", {Light.RED: {Light.GREEN}, Light.GREEN: {Light.RED}})


def test_a_move_in_the_table_is_allowed():
    LIGHT.check(Light.GREEN, Light.OFF)
    assert LIGHT.allows(Light.GREEN, Light.OFF)


def test_a_move_that_is_not_in_the_table_is_a_conflict_that_names_both_states():
    with pytest.raises(IllegalTransition) as refused:
        LIGHT.check(Light.RED, Light.OFF)
    assert refused.value.code == "illegal_transition"
    assert refused.value.status == 409
    assert refused.value.facts == {"thing": "light", "current": "red", "wanted": "off"}


def test_a_state_does_not_lead_to_itself_unless_the_table_says_so():
    assert not LIGHT.allows(Light.RED, Light.RED)


def test_the_sources_of_a_state_are_where_its_arrows_start():
    assert LIGHT.sources(Light.RED) == {Light.GREEN}
    assert LIGHT.sources(Light.OFF) == {Light.GREEN}
    assert LIGHT.sources(Light.GREEN) == {Light.RED}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_of_the_product_can_be_reached(table):
    first, *others = table.moves
    reached, todo = {first}, [first]
    while todo:
        new = table.moves[todo.pop()] - reached
        reached |= new
        todo += new
    assert reached == {first, *others}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_of_the_product_has_an_end_or_goes_on(table):
    targets = set().union(*table.moves.values())
    assert targets <= set(table.moves)
