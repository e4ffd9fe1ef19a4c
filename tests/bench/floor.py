"""The floor: pgbench, one bid a transaction, with the same rows written as the product writes.

A function in PL/pgSQL locks the lot, checks registration, organization and key, reads the clock,
hashes, and writes bid, event and standing. It takes the next allowed amount, so every bid is
accepted. It checks no token, speaks no HTTP and notifies nobody: a floor, not a rival.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

from django.db import connection

from auctions.models import Lot
from config import postgres
from tests.bench.world import World

_FUNCTION = """
CREATE TABLE IF NOT EXISTS bench_bidder (
    place int PRIMARY KEY, organization_id bigint NOT NULL, client_id text NOT NULL
);
CREATE OR REPLACE FUNCTION bench_place_bid(the_lot bigint, who int, bidders int)
RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    lot auctions_lot;
    bidder bench_bidder;
    own auctions_registration;
    the_key uuid := gen_random_uuid();
    received timestamptz := clock_timestamp();
    placed timestamptz;
    amount numeric;
    digest text;
BEGIN
    SELECT * INTO lot FROM auctions_lot WHERE id = the_lot FOR NO KEY UPDATE;
    LOOP
        SELECT * INTO bidder FROM bench_bidder WHERE place = who % bidders;
        SELECT registration.* INTO STRICT own
        FROM auctions_registration AS registration
        JOIN accounts_organization AS organization
          ON organization.id = registration.organization_id AND organization.state = 'verified'
        WHERE registration.lot_id = the_lot AND registration.state = 'eligible'
          AND registration.organization_id = bidder.organization_id;
        EXIT WHEN lot.leader_id IS DISTINCT FROM own.id;
        who := who + 1;
    END LOOP;
    IF EXISTS (SELECT FROM auctions_bid AS b WHERE b.registration_id = own.id AND b.key = the_key)
       OR EXISTS (SELECT FROM auctions_refusedbid AS b
                  WHERE b.registration_id = own.id AND b.key = the_key) THEN
        RETURN 0;
    END IF;
    placed := GREATEST(clock_timestamp(), lot.last_bid_at + interval '1 microsecond');
    IF placed < lot.opens_at OR placed >= lot.closes_at THEN RETURN 0; END IF;
    amount := COALESCE(lot.price + lot.increment, lot.starting_price);
    digest := encode(sha256(convert_to(concat_ws('|',
        lot.code, lot.bid_count + 1, own.paddle, amount, received, placed,
        lot.closes_at, lot.closes_at, lot.head_hash), 'UTF8')), 'hex');
    INSERT INTO auctions_bid (lot_id, number, registration_id, amount, received_at, placed_at,
        closes_at_before, closes_at, source, kind, key, previous_hash, hash, by_client)
    VALUES (the_lot, lot.bid_count + 1, own.id, amount, received, placed,
        lot.closes_at, lot.closes_at, 'online', 'raise', the_key, lot.head_hash, digest,
        bidder.client_id);
    INSERT INTO core_event (topic, seq, kind, at, actor_client, payload)
    VALUES ('lot:' || the_lot,
        COALESCE((SELECT max(seq) FROM core_event WHERE topic = 'lot:' || the_lot), 0) + 1,
        'lot.bid_placed', placed, bidder.client_id,
        jsonb_build_object('lot', the_lot, 'number', lot.bid_count + 1, 'closes_at', lot.closes_at,
            'amount', amount::text, 'paddle', own.paddle,
            'minimum', (amount + lot.increment)::text));
    UPDATE auctions_lot SET price = amount, leader_id = own.id, bid_count = lot.bid_count + 1,
        last_bid_at = placed, head_hash = digest, closes_at = lot.closes_at
    WHERE id = the_lot;
    RETURN 1;
END $$;
"""
_SCRIPT = """
\\set lot random({first}, {last})
\\set who random(0, {most})
SELECT bench_place_bid(:lot, :who, {bidders});
"""


def prepare(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTION)
        cursor.execute("TRUNCATE bench_bidder")
        for place, bidder in enumerate(world.bidders):
            cursor.execute(
                "INSERT INTO bench_bidder VALUES (%s, %s, %s)",
                [place, bidder.organization_id, bidder.client_id],
            )


def bids_per_second(lots: Sequence[Lot], *, clients: int, seconds: float) -> float:
    """What pgbench reaches with so many clients, each of them a bidder of each lot.

    Less than a second is a few transactions each, which only show that they work.
    """
    with TemporaryDirectory() as folder:
        script = Path(folder, "bid.sql")
        script.write_text(
            _SCRIPT.format(first=lots[0].pk, last=lots[-1].pk, most=clients - 1, bidders=clients)
        )
        if seconds < 1:
            said = _run(script, clients, ["-t", "3"])
        else:
            _run(script, clients, ["-T", "1"])
            said = _run(script, clients, ["-T", str(round(seconds))])
    if "number of failed transactions: 0 " not in said:
        raise RuntimeError(said)
    return float(re.search(r"tps = ([0-9.]+) \(without initial", said)[1])


def _run(script: Path, clients: int, limit: Sequence[str]) -> str:
    url = urlsplit(os.environ["DATABASE_URL"])
    host = parse_qs(url.query).get("host", [url.hostname])[0]
    done = subprocess.run(
        [
            *[postgres.installed() / "pgbench", "-n", "-M", "prepared"],
            *["-c", str(clients), "-j", "2", *limit, "-f", script],
            *["-h", host, "-p", str(url.port or 5432), "-U", url.username, url.path[1:]],
        ],
        env={"PATH": os.environ["PATH"], "PGPASSWORD": url.password or ""},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout
