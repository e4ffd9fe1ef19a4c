"""Versions of the rules: published once, never changed, and named by every lot's notice."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_operator
from auctions.lifecycle import Regime
from auctions.locks import lock_policies
from auctions.models import Policy
from auctions.rules.policy import NoticeChannel, PolicyTerms, Rung, check_policy, default_channels
from core import clock
from core.db import require_transaction, transaction
from core.events import record
from core.idempotency import Once, claim, settle


def publish_policy(
    *, actor: Actor, regime: str, title: str = "", once: Once | None = None, **settings: Any
) -> Policy:
    """Publish the next version of a regime's rules; what is not said has the product's default.

    Refuses any setting outside what the law allows, naming it, the limit and the law.
    """
    require_operator(actor)
    terms = _terms(regime, settings)
    check_policy(terms)
    with transaction():
        lock_policies()
        now = clock.now()
        if earlier := claim(once, at=now):
            return Policy.objects.get(pk=earlier)
        policy = add_policy(terms, title=title, at=now)
        settle(once, policy)
        record(
            f"policy:{policy.pk}",
            "policy.published",
            at=now,
            actor=actor,
            policy=policy.pk,
            code=policy.code,
        )
    return policy


def load_default_policies() -> int:
    """Step: the first version of each regime, with the product's defaults, unless it is there."""
    require_transaction()
    lock_policies()
    for regime in Regime:
        if not Policy.objects.filter(regime=regime).exists():
            add_policy(_terms(regime, {}), title="", at=clock.now())
    return len(Regime)


def _terms(regime: str, settings: Mapping[str, Any]) -> PolicyTerms:
    ladder = tuple(
        Rung(rung["up_to"], rung["rate"]) for rung in settings.get("commission_ladder", ())
    )
    chosen = settings.get("notice_channels")
    channels = tuple(map(NoticeChannel, chosen)) if chosen else default_channels(Regime(regime))
    return PolicyTerms(
        **{
            **settings,
            "regime": Regime(regime),
            "commission_ladder": ladder,
            "notice_channels": channels,
        }
    )


def add_policy(terms: PolicyTerms, *, title: str, at: datetime) -> Policy:
    """Step: the next version of a regime's rules, as it is."""
    require_transaction()
    number = Policy.objects.filter(regime=terms.regime).count() + 1
    ladder = [[_text(rung.up_to), _text(rung.rate)] for rung in terms.commission_ladder]
    return Policy.objects.create(
        **{**asdict(terms), "commission_ladder": ladder},
        code=f"{terms.regime}-{number}",
        number=number,
        title=title,
        created_at=at,
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
