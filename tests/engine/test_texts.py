"""Functions of texts: what they give, case aside, and that both evaluators agree."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.calendar.periods import Period
from meed.engine.texts import of_texts

from ..evaluators import checked, facts_of, value_by_both

POLICY = checked("""policy "Texts" { version: "1"  currency: EUR }
facts standard
facts rep { mail: text?  title: text  words: set of text }
let inside of rep = contains(rep.title, "chief")
let begins of rep = starts_with(rep.title, ("Head", "vp"))
let ends of rep = ends_with(rep.mail else "none", rep.words)
let low of rep = lower(rep.title)
let domain of rep = domain_of(rep.mail else "none") else "nobody"
credit nothing to deal.owner on deal.closed = deal.amount
scheme all for every rep per month { pay part = 1% of nothing }
""")
MONTH = Period.parse("2026-03")
texts = st.text("aAbB@. ", max_size=6).map(str.strip)


@pytest.mark.parametrize(
    ("function", "args", "expected"),
    [
        ("contains", ("Chief Executive", "CHIEF"), True),
        ("contains", ("clerk", ("vp", "chief")), False),
        ("starts_with", ("80331", ("80", "81")), True),
        ("starts_with", ("180331", "80"), False),
        ("ends_with", ("ann@Acme.com", "@acme.com"), True),
        ("lower", ("ÄRZTE GmbH",), "ärzte gmbh"),
        ("domain_of", ("Ann@Mail.Acme.com",), "mail.acme.com"),
        ("domain_of", ("nobody",), None),
        ("domain_of", ("nobody@",), None),
    ],
)
def test_what_is_said_of_a_text(function: str, args: tuple[Any, ...], expected: object) -> None:
    assert of_texts(function, *args) == expected


@given(texts, st.text("aAbBcC"))
def test_case_does_not_count(text: str, other: str) -> None:
    for function in ("contains", "starts_with", "ends_with"):
        assert of_texts(function, text, other) == of_texts(function, text.upper(), other.lower())
    assert of_texts("domain_of", text) == of_texts("domain_of", text.upper())


@given(texts, texts, st.sets(texts.filter(lambda word: bool(word.strip()) and word == word.strip()), max_size=2))
def test_both_evaluators_give_what_the_text_says(mail: str, title: str, words: set[str]) -> None:
    rep = {"id": ["a"], "mail": [mail], "title": [title.strip() or "none"], "words": ["; ".join(sorted(words))]}
    facts = facts_of(POLICY, {"rep": rep})
    said, mail = rep["title"][0].lower(), mail.strip().lower() or "none"
    assert value_by_both(POLICY, facts, "inside", "a", MONTH) == ("chief" in said)
    assert value_by_both(POLICY, facts, "begins", "a", MONTH) == said.startswith(("head", "vp"))
    assert value_by_both(POLICY, facts, "ends", "a", MONTH) == any(mail.endswith(word.lower()) for word in words)
    assert value_by_both(POLICY, facts, "low", "a", MONTH) == said
    domain = mail.rpartition("@")[2].strip() if "@" in mail else ""
    assert value_by_both(POLICY, facts, "domain", "a", MONTH) == (domain or "nobody")
