"""Every policy on the page about targets is a policy."""

import re
from pathlib import Path

import pytest

from meed.dsl import check

PAGE = Path(__file__).parents[2] / "docs" / "targets.md"
POLICIES = re.findall(r"^```meed\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize("text", POLICIES)
def test_a_policy_of_the_page_has_no_error(text: str) -> None:
    checked = check(text)
    assert checked.ok, [finding.message for finding in checked.diagnostics]


def test_the_page_has_policies() -> None:
    assert len(POLICIES) == 2
