"""The Merkle root: RFC 6962's tree, whose every leaf and order counts."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.rules import merkle

leaf_lists = st.lists(st.binary(max_size=4), min_size=1, max_size=40)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def by_levels(leaves: list[bytes]) -> bytes:
    """The same tree built the other way: pairs from below, an odd one goes up as it is."""
    level = [sha(b"\x00" + leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [sha(b"\x01" + b"".join(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


@given(leaf_lists)
def test_the_root_is_the_same_built_from_above_and_from_below(leaves):
    assert merkle.root(leaves) == by_levels(leaves)


@given(leaf_lists, st.data())
def test_another_leaf_another_root(leaves, data):
    position = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.binary(max_size=4).filter(lambda leaf: leaf != leaves[position]))
    assert merkle.root([*leaves[:position], other, *leaves[position + 1 :]]) != merkle.root(leaves)


@given(leaf_lists, st.binary(max_size=4))
def test_a_leaf_more_another_root(leaves, leaf):
    assert merkle.root([*leaves, leaf]) != merkle.root(leaves)


@given(st.permutations([b"a", b"b", b"c", b"d", b"e"]))
def test_the_order_counts(leaves):
    same = leaves == [b"a", b"b", b"c", b"d", b"e"]
    assert (merkle.root(leaves) == merkle.root([b"a", b"b", b"c", b"d", b"e"])) is same


def test_a_node_cannot_pass_for_a_leaf():
    inner = b"".join(sha(b"\x00" + leaf) for leaf in (b"a", b"b"))
    assert merkle.root([inner]) != merkle.root([b"a", b"b"])


# The test vectors of the reference implementation of Certificate Transparency.
VECTORS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
}


@pytest.mark.parametrize("size", ROOTS)
def test_the_root_is_the_one_certificate_transparency_computes(size):
    leaves = [bytes.fromhex(vector) for vector in VECTORS[:size]]
    assert merkle.root(leaves).hex() == ROOTS[size]


def test_the_root_of_a_list_covers_its_header():
    entries = [{"lot": "L2026-000001"}]
    first = merkle.list_root({"day": "2026-03-02", "previous_root": None}, entries)
    assert first != merkle.list_root({"day": "2026-03-03", "previous_root": None}, entries)
    assert first != merkle.list_root({"day": "2026-03-02", "previous_root": first}, entries)
    assert len(first) == 64
