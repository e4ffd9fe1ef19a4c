"""Lots from before policies were sold under what is now the first version of online bidding."""

from django.db import migrations

FIRST = """
INSERT INTO auctions_policy (
    code, regime, number, title, created_at, notice_days, exhibition_days, notice_channels,
    priority_notice_days_before_notice, bidding_window_hours, extension_window_s, extension_s, deposit_rate,
    deposit_refund_hours, min_bidders, increment_rate, multiple_of_increment, reserve_mode,
    start_price_floor_ratio, reauction_within_days, reauction_notice_days,
    reauction_price_cut_max, seller_commission_rate, buyer_commission_rate, commission_ladder,
    publicity_days, reward_floor, reward_floor_zhejiang, confirmation_days,
    payment_days, retention_years, identity_mode, idle_reminder_days,
    need_max_duration_months
)
SELECT 'EXCHANGE_BIDDING-1', 'EXCHANGE_BIDDING', 1, '', clock_timestamp(), 15, 3,
    '{platform}', 3, 24, 300, 300, 0.10, 24, 1, 0.05, true, 'EQUALS_START', 0.70, 30, 15,
    0.20, 0, 0, '[]', 15, 0.50, 0.70, 5, 10, 10, 'consent_after_close', 365, 36
WHERE EXISTS (SELECT FROM auctions_lot)
"""
NAMED = """
UPDATE auctions_lot SET policy_id = (SELECT id FROM auctions_policy WHERE number = 1)
WHERE policy_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("auctions", "0003_policies_and_rounds")]

    operations = [
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
        migrations.RunSQL(NAMED, migrations.RunSQL.noop),
    ]
