"""The field sales example: the committed facts are what the generator writes, and they are clean."""

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from meed.dsl.schema import REP_TYPE_WORDS, REP_TYPES

FOLDER = Path(__file__).parents[2] / "examples" / "field_sales"
FILES = ("reps.csv", "deals.csv", "leads.csv", "activities.csv")
Row = dict[str, str]


@cache
def rows(name: str) -> list[Row]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def reps() -> dict[str, Row]:
    return {row["id"]: row for row in rows("reps")}


def type_of(rep: Row) -> str:
    return REP_TYPE_WORDS.get(rep["type"], rep["type"])


def there_on(rep: Row, day: str) -> bool:
    return rep["hired"] <= day and (not rep["left"] or day <= rep["left"])


@cache
def attainments() -> dict[tuple[str, int], Decimal]:
    """Percent of quota by rep and quarter, of reps who were there for the whole of it."""
    won: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for deal in rows("deals"):
        if deal["stage"] == "won":
            won[deal["owner"], (int(deal["closed"][5:7]) + 2) // 3] += Decimal(deal["amount"])
    ends = {1: ("01-01", "03-31"), 2: ("04-01", "06-30"), 3: ("07-01", "09-30"), 4: ("10-01", "12-31")}
    return {
        (rep, quarter): 100 * amount / Decimal(reps()[rep]["quota"])
        for (rep, quarter), amount in won.items()
        if all(there_on(reps()[rep], f"2026-{day}") for day in ends[quarter])
    }


def test_regenerating_gives_the_committed_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", str(FOLDER / "generate.py"), str(tmp_path)], check=True, timeout=60)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    assert [name for name in FILES if (tmp_path / name).read_bytes() != (FOLDER / name).read_bytes()] == []


def test_files_are_small_utf_8_with_plain_line_ends() -> None:
    texts = [(FOLDER / name).read_bytes() for name in FILES]
    assert sum(map(len, texts)) < 3_500_000
    for text in texts:
        assert not text.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in text
        assert text.decode("utf-8").endswith("\n")


@pytest.mark.parametrize(("name", "count"), [("reps", 40), ("deals", 10_000), ("leads", 5_000), ("activities", 15_000)])
def test_counts_are_as_told_and_every_id_is_unique(name: str, count: int) -> None:
    ids = [row["id"] for row in rows(name)]
    assert len(ids) == len(set(ids)) == count
    assert ids == sorted(ids)


def test_every_row_has_every_cell() -> None:
    for name in ("reps", "deals", "leads", "activities"):
        assert not [row for row in rows(name) if None in row or None in row.values()]


def test_every_rep_that_is_named_is_on_the_roster() -> None:
    named = {(name, row[column]) for name, column in _references() for row in rows(name) if row[column]}
    assert {(name, rep) for name, rep in named if rep not in reps()} == set()


def _references() -> Iterator[tuple[str, str]]:
    yield from (("reps", "manager"), ("reps", "mentor"), ("deals", "owner"))
    yield from (("leads", "account_owner"), ("activities", "rep"))


def test_each_type_has_eight_reps_and_is_somewhere_written_in_chinese() -> None:
    types = Counter(type_of(rep) for rep in rows("reps"))
    assert set(types) == set(REP_TYPES)
    assert min(types.values()) >= 8
    chinese = {type_of(rep) for rep in rows("reps") if not rep["type"].isascii()}
    assert chinese == set(REP_TYPES)


def test_six_teams_have_one_lead_each_who_manages_the_others() -> None:
    leads = {rep["team"]: rep["id"] for rep in rows("reps") if rep["role"] == "team_lead"}
    assert sorted(team.isascii() for team in leads) == [False] * 3 + [True] * 3
    for rep in rows("reps"):
        assert rep["manager"] == ("" if rep["role"] == "team_lead" else leads[rep["team"]])


def test_ten_newcomers_have_a_veteran_of_their_team_as_mentor() -> None:
    taught = [rep for rep in rows("reps") if rep["mentor"]]
    assert len(taught) == 10
    for rep in taught:
        mentor = reps()[rep["mentor"]]
        assert (mentor["team"], type_of(mentor)) == (rep["team"], "self_appreciation")
        assert rep["hired"] >= "2024-01-01"
        assert mentor["hired"] < "2019-01-01"


def test_two_join_two_leave_and_one_is_away_all_year() -> None:
    assert min(rep["hired"] for rep in rows("reps")).startswith("2015-")
    assert sum(rep["hired"] >= "2026-01-01" for rep in rows("reps")) == 2
    gone = {rep["id"] for rep in rows("reps") if rep["left"]}
    assert all("2026-01-01" <= reps()[rep]["left"] <= "2026-12-31" for rep in gone)
    without_deals = set(reps()) - {deal["owner"] for deal in rows("deals")}
    assert len(gone) == 2
    assert len(without_deals) == 1
    assert {rep["id"] for rep in rows("reps") if rep["on_duty"] == "false"} == gone | without_deals


def test_attributes_of_reps_are_in_their_ranges() -> None:
    industries = {lead["industry"] for lead in rows("leads")}
    for rep in rows("reps"):
        assert 20 <= int(rep["capacity"]) <= 60
        assert 300_000 <= int(rep["quota"]) <= 1_500_000
        assert 10 <= int(rep["declared_goal"]) <= 80
        assert rep["on_duty"] in {"true", "false"}
        assert rep["languages"] in {"zh", "en", "zh;en"}
        skills = rep["skills"].split(";")
        assert 2 <= len(skills) == len(set(skills)) <= 4
        assert industries.issuperset(skills)


def test_no_deal_reaches_beyond_the_time_of_its_owner() -> None:
    for deal in rows("deals"):
        owner, last = reps()[deal["owner"]], deal["closed"] or "2026-12-31"
        assert date.fromisoformat(deal["created"]) <= date.fromisoformat(last)
        assert there_on(owner, deal["created"])
        assert there_on(owner, last)


def test_a_deal_has_a_closing_day_in_2026_unless_it_is_open() -> None:
    assert Counter(deal["stage"] for deal in rows("deals")) == {"won": 4_500, "lost": 4_000, "open": 1_500}
    for deal in rows("deals"):
        assert (deal["closed"] == "") == (deal["stage"] == "open")
        assert not deal["closed"] or "2026-01-01" <= deal["closed"] <= "2026-12-31"


def test_amounts_are_exact_and_skewed_and_collected_in_parts() -> None:
    amounts: list[Decimal] = []
    for deal in rows("deals"):
        amount, collected = Decimal(deal["amount"]), Decimal(deal["collected"])
        assert amount.as_tuple().exponent == collected.as_tuple().exponent == -2
        if amount > 0:
            assert 2_000 <= amount <= 900_000
            assert 0 <= collected <= (amount if deal["stage"] == "won" else 0)
            amounts.append(amount)
        else:
            assert (deal["stage"], collected) == ("won", amount)
    assert 1 <= 10_000 - len(amounts) <= 20
    assert sum(amounts) > 2 * len(amounts) * sorted(amounts)[len(amounts) // 2]
    assert max(amounts) > 800_000
    paid = Counter(
        (d["collected"] == "0.00", d["collected"] == d["amount"]) for d in rows("deals") if d["stage"] == "won"
    )
    assert min(paid[True, False], paid[False, False], paid[False, True]) > 100


def test_a_credit_note_takes_back_a_part_of_an_earlier_win() -> None:
    won: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    same = ("owner", "account", "kind", "product", "region")
    for deal in rows("deals"):
        if deal["stage"] == "won" and Decimal(deal["amount"]) > 0:
            won[tuple(deal[column] for column in same)].append(deal)
    for note in (deal for deal in rows("deals") if deal["amount"].startswith("-")):
        first = won[tuple(note[column] for column in same)]
        assert any(d["closed"] < note["created"] and Decimal(d["amount"]) > -Decimal(note["amount"]) for d in first)


def test_an_account_has_one_owner_and_one_region() -> None:
    whose = {(deal["account"], deal["owner"], deal["region"]) for deal in rows("deals")}
    accounts = {account for account, _, _ in whose}
    assert len(whose) == len(accounts) > 1_500
    assert 500 < sum(not account.isascii() for account in accounts) < len(accounts) - 500
    assert any("," in account for account in accounts)


def test_conservative_reps_live_on_renewals_and_the_others_on_new_deals() -> None:
    kinds = Counter((type_of(reps()[deal["owner"]]), deal["kind"]) for deal in rows("deals"))
    assert {kind for _, kind in kinds} == {"new", "renewal"}
    assert len({deal["product"] for deal in rows("deals")}) == 6
    for type_ in REP_TYPES:
        assert (kinds[type_, "renewal"] > 3 * kinds[type_, "new"]) == (type_ == "conservative")


def test_quarters_go_from_far_below_quota_to_far_above_it() -> None:
    assert len(attainments()) > 140
    assert 25 <= min(attainments().values()) <= 40
    assert 200 <= max(attainments().values()) <= 225


@pytest.mark.parametrize("type_", REP_TYPES)
def test_each_type_has_quarters_below_80_and_above_150_percent(type_: str) -> None:
    found = [percent for (rep, _), percent in attainments().items() if type_of(reps()[rep]) == type_]
    assert sum(percent < 80 for percent in found) >= 3
    assert sum(percent > 150 for percent in found) >= 3


def test_leads_come_in_order_through_the_year_and_some_at_the_same_minute() -> None:
    times = [lead["created"] for lead in rows("leads")]
    assert times == sorted(times)
    assert all(datetime.fromisoformat(time).isoformat(timespec="minutes") == time for time in times)
    assert {time[:7] for time in times} == {f"2026-{month:02d}" for month in range(1, 13)}
    ties = Counter(Counter(times).values())
    assert ties[2] >= 20
    assert ties[12] >= 3
    assert sum("09:00" <= time[11:] < "18:00" for time in times) > 4_250


def test_leads_fit_what_reps_know_and_are_owned_only_by_who_is_there() -> None:
    regions = {rep["region"] for rep in rows("reps")}
    for lead in rows("leads"):
        assert lead["region"] in regions
        assert lead["language"] in {"zh", "en"}
        assert lead["segment"] in {"small", "medium", "large"}
        assert 2_000 <= int(lead["value"]) <= 2_000_000
        assert 0 <= int(lead["score"]) <= 100
        if lead["account_owner"]:
            assert there_on(reps()[lead["account_owner"]], lead["created"][:10])
    assert sum(lead["account_owner"] != "" for lead in rows("leads")) == 400


def test_activities_happen_while_the_rep_is_there_and_the_deal_is_open() -> None:
    deals = {deal["id"]: deal for deal in rows("deals")}
    for activity in rows("activities"):
        day = activity["at"][:10]
        assert there_on(reps()[activity["rep"]], day)
        if activity["deal"]:
            deal = deals[activity["deal"]]
            assert deal["owner"] == activity["rep"]
            assert deal["created"] <= day <= (deal["closed"] or "2026-12-31")
    away = {rep["id"] for rep in rows("reps") if rep["on_duty"] == "false" and not rep["left"]}
    assert away.isdisjoint(activity["rep"] for activity in rows("activities"))
    assert {activity["kind"] for activity in rows("activities")} == {"call", "mail", "meeting", "visit"}
    assert 9_000 < sum(activity["deal"] != "" for activity in rows("activities")) < 12_000
