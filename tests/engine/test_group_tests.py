"""Groups against chance: exchanges within strata, and p-values that are what they say."""

from collections import Counter
from fractions import Fraction
from itertools import permutations
from random import Random

import pytest

from meed.engine.fairness.group_tests import LARGEST, group_tests


def test_the_p_value_is_near_that_of_all_arrangements():
    values, labels = [1, 2, 3, 9, 4, 4], ["a", "a", "b", "b", "c", "b"]
    strata = ["s"] * 4 + ["t"] * 2
    drawn = group_tests(values, {"g": labels}, strata, draws=20_000)["g"]
    real = {"a": 3, "b": 12}
    for group, got in real.items():
        expected = Fraction(15, 4) * 2
        assert drawn[group].got == got
        assert drawn[group].expected == expected
        hits = total = 0
        for arranged in permutations(values[:4]):
            total += 1
            hits += abs(sum(v for v, one in zip(arranged, labels, strict=False) if one == group) - expected) >= abs(
                got - expected
            )
        assert abs(drawn[group].p - Fraction(hits, total)) < Fraction(2, 100)
    assert "c" not in drawn  # the values of its stratum are alike: nothing could be otherwise


def test_groups_that_share_no_stratum_say_nothing():
    assert group_tests([1, 2, 3, 4], {"g": ["a", "a", "b", "b"]}, ["s", "s", "t", "t"], draws=99) == {"g": {}}
    assert group_tests([], {"g": []}, [], draws=99) == {"g": {}}


def test_p_values_are_uniform_where_nothing_is_wrong():
    """In 300 worlds values know nothing of groups: each tenth has a tenth of the p-values, chi-square below 27.9."""
    tenths: Counter[int] = Counter()
    for world in range(300):
        random = Random(world)
        strata = [f"{random.randrange(6)}" for _ in range(60)]
        values = [random.randrange(10_000) + 5_000 * int(stratum) for stratum in strata]
        labels = [random.choice("ab") for _ in strata]
        p = group_tests(values, {"g": labels}, strata, draws=199, seed=world)["g"]["a"].p
        tenths[min(9, int(p * 10 - Fraction(1, 1000)))] += 1
    assert sum((tenths[place] - 30) ** 2 for place in range(10)) < 27.9 * 30, dict(tenths)


def test_a_group_that_is_kept_short_is_found_and_its_strata_do_not_hide_it():
    random = Random(5)
    strata = [f"{number % 20}" for number in range(400)]
    labels = [random.choice("ab") for _ in strata]
    values = [
        1_000 * int(stratum) + random.randrange(100) - (60 if label == "a" else 0)
        for stratum, label in zip(strata, labels, strict=True)
    ]
    found = group_tests(values, {"g": labels}, strata, draws=999)["g"]["a"]
    assert found.p == Fraction(1, 1000)
    assert found.got < found.expected


def test_the_same_seed_draws_the_same_and_several_groupings_do_not_disturb_each_other():
    random = Random(7)
    values = [random.randrange(100) for _ in range(50)]
    strata = [random.choice("xyz") for _ in values]
    one, two = [random.choice("ab") for _ in values], [random.choice("cde") for _ in values]
    both = group_tests(values, {"one": one, "two": two}, strata, 499, 3)
    assert both["one"] == group_tests(values, {"one": one}, strata, 499, 3)["one"]
    assert both["two"] != group_tests(values, {"two": two}, strata, 499, 4)["two"]


def test_what_cannot_be_tested_is_refused():
    with pytest.raises(ValueError, match="needs a stratum"):
        group_tests([1], {"g": ["a", "b"]}, ["s"])
    with pytest.raises(ValueError, match="larger unit"):
        group_tests([LARGEST + 1], {"g": ["a"]}, ["s"])
