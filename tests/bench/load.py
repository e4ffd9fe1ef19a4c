"""A closed loop of bidders over plain sockets, in a process of its own.

Each connection is one bidder: it sends a bid, waits for the answer, sends the next. One thread
and one selector, requests made of prepared bytes, so that this process is not what is measured;
it tells its own share of a core. Reads a JSON description, writes a JSON report.
"""

import json
import random
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

STEP = 5_000  # cents
HOPELESS = "999.00"


@dataclass
class Lot:
    """One lot as its bidders see it: what the next bid has to be, and who sent the last one."""

    number: int
    next: int  # in cents
    last: int = -1


@dataclass
class Bidder:
    """One connection."""

    place: int
    head: bytes
    socket: socket.socket
    sent_at: float = 0.0
    sent: tuple[int, str] = (0, "")
    received: bytearray = field(default_factory=bytearray)


class Load:
    def __init__(self, told: dict[str, Any]) -> None:
        self.lots = [Lot(number, next) for number, next in told["lots"]]
        self.hopeless = told["hopeless"]
        self.random = random.Random(told["seed"])  # noqa: S311 - the same load each time
        self.keys = told["seed"] << 64
        self.selector = selectors.DefaultSelector()
        self.answers: list[tuple[int, float, str]] = []
        self.placed: list[tuple[int, bytes]] = []
        for place, token in enumerate(told["tokens"]):
            wire = socket.create_connection(("127.0.0.1", told["port"]))
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            head = (
                f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\n{told['headers']}"
            )
            bidder = Bidder(place, head.encode(), wire)
            self.selector.register(wire, selectors.EVENT_READ, bidder)
        self.bidders = [key.data for key in self.selector.get_map().values()]

    def run(self, seconds: float, *, keep: bool) -> None:
        """Bid for so long; an answer that comes later is waited for and not counted."""
        end = time.perf_counter() + seconds
        waiting = len(self.bidders)
        for bidder in self.bidders:
            self.send(bidder)
        while waiting:
            ready = self.selector.select(10)
            if not ready:
                raise SystemExit("no answer for ten seconds")
            for key, _ in ready:
                bidder = key.data
                if self.receive(bidder, keep=keep):
                    if time.perf_counter() < end:
                        self.send(bidder)
                    else:
                        waiting -= 1

    def send(self, bidder: Bidder) -> None:
        lot = self.pick(bidder)
        self.keys += 1
        if self.hopeless and self.random.random() < self.hopeless:
            amount = HOPELESS
        else:
            amount, lot.last = f"{lot.next // 100}.00", bidder.place
            lot.next += STEP
        digits = f"{self.keys:032x}"
        key = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
        body = b'{"amount": "%b"}' % amount.encode()
        bidder.sent = (lot.number, amount)
        bidder.sent_at = time.perf_counter()
        bidder.socket.send(
            b"POST /api/v1/lots/%d/bids HTTP/1.1\r\n%bIdempotency-Key: %b\r\n"
            b"Content-Length: %d\r\n\r\n%b"
            % (lot.number, bidder.head, key.encode(), len(body), body)
        )

    def pick(self, bidder: Bidder) -> Lot:
        """A lot where this bidder's bid was not the last, if there is a choice."""
        for _ in range(4):
            lot = self.lots[0] if len(self.lots) == 1 else self.random.choice(self.lots)
            if lot.last != bidder.place:
                break
        return lot

    def receive(self, bidder: Bidder, *, keep: bool) -> bool:
        chunk = bidder.socket.recv(65536)
        if not chunk:
            raise SystemExit("the server hung up")
        bidder.received += chunk
        end = bidder.received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(bidder.received[:end]).lower()
        size = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(bidder.received) < end + 4 + size:
            return False
        body = bytes(bidder.received[end + 4 :])
        bidder.received.clear()
        status = int(head[9:12])
        if keep:
            self.answers.append((status, time.perf_counter() - bidder.sent_at, bidder.sent[1]))
        if status == 201:
            self.placed.append((bidder.sent[0], body))
        elif status >= 500:
            raise SystemExit(f"{status}: {body.decode()}")
        return True


def main() -> None:
    told = json.load(sys.stdin)
    load = Load(told)
    load.run(told["warm_up"], keep=False)
    wall, cpu = time.perf_counter(), time.process_time()
    load.run(told["seconds"], keep=True)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    json.dump(
        {
            "seconds": wall,
            "cpu": cpu / wall,
            "accepted_ms": [1000 * s for status, s, _ in load.answers if status == 201],
            "refused_ms": [1000 * s for status, s, _ in load.answers if status != 201],
            "placed": [
                (lot, bid["id"], bid["number"], bid["hash"])
                for lot, bid in ((lot, json.loads(body)) for lot, body in load.placed)
            ],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
