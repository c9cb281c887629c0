"""Many heads under one root, and the way from each to it."""

import subprocess

import pytest

from tongban.basics.tests.each import of_all
from tongban.record import merkle

LEAVES = [merkle.hashed(merkle.leaf_text("c", number, "0" * 64)) for number in range(40)]


@of_all("count", range(1, 40))
def test_the_way_of_every_leaf_leads_to_the_root_and_no_other_leaf_s_does(count):
    leaves = LEAVES[:count]
    tree = merkle.levels(leaves)
    for place, leaf in enumerate(leaves):
        way = merkle.way(tree, place)
        assert merkle.climb(leaf, way) == merkle.root(leaves)
        assert merkle.climb(LEAVES[-1], way) != merkle.root(leaves) or count == 40
        assert len(way) <= 6


def test_a_node_is_no_leaf_and_the_order_counts():
    left, right = LEAVES[:2]
    assert merkle.root([left, right]) != merkle.root([right, left])
    assert merkle.root([merkle.root([left, right])]) == merkle.root([left, right])
    assert not merkle.leaf_text("c", 1, "f").startswith("node ")


def test_sha256sum_finds_the_same_root():
    left, right = LEAVES[:2]
    said = subprocess.run(
        ["sha256sum"], input=f"node {left} {right}", capture_output=True, text=True, check=True
    )
    assert said.stdout.split()[0] == merkle.root([left, right])


def test_no_leaves_have_no_root():
    with pytest.raises(ValueError, match="at least one"):
        merkle.root([])
