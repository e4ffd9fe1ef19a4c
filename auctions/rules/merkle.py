"""The Merkle root of a published list (RFC 6962 section 2.1): one hash that covers every entry.

Leaves and nodes are hashed with different first bytes, so that no node can pass for a leaf.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from auctions.rules.ledger import canonical


def list_root(header: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> str:
    """The root of a list: its header is the first leaf, so it covers the day and the day before."""
    return root([canonical(header), *map(canonical, entries)]).hex()


def root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    # The left part is the largest power of two that leaves something to the right.
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()
