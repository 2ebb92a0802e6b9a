"""An amount worked out again, as by hand, from its explanation in JSON alone.

Knows the operations that docs/statements.md lists and imports nothing of meed: neither evaluator has a hand in it.
Every step on the way must come out as the explanation says it does.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, takewhile
from math import floor
from typing import Any

__all__ = ["KNOWN", "Disagreement", "operations", "recomputed"]

Step = Mapping[str, Any]

DAY = 86400
QUANTITIES = {"money", "rate", "number", "count", "days", "months", "date", "moment", "time", "place"}
LEAVES = {
    "literal",
    "row",
    "fact",
    "calendar",
    "today",
    "member",
    "period",
    "component",
    "before",
    "own",
    "whole",
    "owed",
}
CARRIED = {"floor_carried", "cap_carried"}
CLAUSES = {"gate", "times", "plus", "at_most", "at_least", "release"} | CARRIED
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Disagreement(AssertionError):
    """A step that does not come out as it says."""


def recomputed(because: Sequence[Step]) -> Fraction:
    """The amount in minor units of an explained line or component. Raises `Disagreement`."""
    line = because[0] if because[0]["op"].startswith("line_") else None
    steps = because[1:] if line is not None else because
    amount = _chain(steps)
    if line is None:
        return amount
    if line["op"] == "line_stretches":
        chains = [steps[0]["parts"][part["stretch"]]["parts"] for part in line["parts"]]
        found = [_agreed(p, recomputed([*p["parts"], *chain])) for p, chain in zip(line["parts"], chains, strict=True)]
        return _agreed(line, sum(found, Fraction(0)))
    if "stretch" in line:
        steps = steps[0]["parts"][line["stretch"]]["parts"]
        amount = _chain(steps)
    return _agreed(line, _LINES[line["op"]](line, steps, amount))


def operations(because: Sequence[Step]) -> set[str]:
    """All operations in an explanation."""
    return {step["op"] for top in because for step in _walk(top)}


def _walk(step: Step) -> list[Step]:
    return [step, *(below for part in step.get("parts", ()) for below in _walk(part))]


# --- what stands in a step -----------------------------------------------------------------------------------


def _read(step: Step, name: str = "exact") -> Any:
    value = step[name]
    if isinstance(value, str) and step["unit"] in QUANTITIES:
        return Fraction(value)
    return frozenset(value) if isinstance(value, list) else value


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _agreed(step: Step, value: Any) -> Any:
    if value != _read(step) or (value is None) != (step["exact"] is None):
        raise Disagreement(f"`{step['op']}`, {step['says']}: {step['exact']} is said, {value} is found")
    return value


def _parts(step: Step, *ops: str) -> list[Step]:
    return [part for part in step.get("parts", ()) if part["op"] in ops]


def _rounded(value: Fraction, step: Step) -> Fraction:
    """To whole steps, by the mode that is said."""
    size = Fraction(step["step"])
    steps = value / size
    low = floor(steps)
    if low == steps:
        return value
    half = steps - low - Fraction(1, 2)
    up = {
        "half_up": half > 0 or (half == 0 and value > 0),
        "half_even": half > 0 or (half == 0 and low % 2 == 1),
        "up": value > 0,
        "down": value < 0,
        "floor": False,
        "ceiling": True,
    }[step["mode"]]
    return (low + 1 if up else low) * size


def _shared(pool: Fraction, weights: Sequence[Fraction], size: Fraction) -> list[Fraction]:
    """Whole steps by largest remainder, ties to whoever stands first; a negative pool like a positive one."""
    sign = -1 if pool < 0 else 1
    quotas = [abs(pool) / size * weight / sum(weights) for weight in weights]
    parts = [floor(quota) for quota in quotas]
    left = int(abs(pool) / size) - sum(parts)
    for place in sorted(range(len(quotas)), key=lambda place: parts[place] - quotas[place])[:left]:
        parts[place] += 1
    return [sign * part * size for part in parts]


# --- the chain of a component --------------------------------------------------------------------------------


def _chain(steps: Sequence[Step], running: Fraction | None = None) -> Fraction:
    """Each step but the first acts on the value of the one before it; what is missing pays nothing."""
    value: Any = None
    first: Any = None
    for place, step in enumerate(steps):
        op = step["op"]
        if op in CLAUSES:
            value = _agreed(step, _clause(step, value, running))
        elif op == "rounded":
            value = _agreed(step, _rounded(value, step))
        elif op == "unpaid":
            if value is not None:
                raise Disagreement(f"nothing is missing in {value}")
            value = Fraction(0)
        elif op == "posted":
            value = _agreed(step, value - _earned(step["parts"][0]))
        elif op == "total":
            value = _agreed(step, value - first)
        elif place == 0:
            value = first = _value(step, running)
        else:
            raise Disagreement(f"`{op}` does not act on a value")
    return value if value is not None else Fraction(0)


def _clause(step: Step, value: Any, running: Fraction | None) -> Any:
    if step["op"] == "release":
        return value
    by = _value(step["parts"][0], running)
    if step["op"] in CARRIED:
        return _carried(step, value, by)
    if step["op"] == "gate":
        return value if by else Fraction(0)
    if by is None:
        return None
    return {
        "times": lambda: value * by, "plus": lambda: value + by,
        "at_most": lambda: min(value, by), "at_least": lambda: max(value, by),
    }[step["op"]]()  # fmt: skip


def _carried(step: Step, value: Any, limit: Any) -> Any:
    """What a limit with a balance pays; the balance must move by what was topped up, taken back or kept."""
    if value is None or limit is None:
        return None
    carry: Fraction | None = _value(step["parts"][1])
    if carry is None:
        return None
    before, after, forgone = (
        sum((_read(part) for part in _parts(step, *ops)), Fraction(0))
        for ops in (("owed_before", "kept_before"), ("owed_after", "kept_after"), ("not_owed", "not_kept"))
    )
    value, limit = _rounded(value, step), _rounded(limit, step)
    if step["op"] == "cap_carried":
        paid = min(value + before, limit)
        excess = value + before - paid
        left = max(min(_rounded(carry * excess, step), excess), Fraction(0))
    else:
        room = max(value - limit, Fraction(0))
        most = _rounded(carry if step["carries"] == "money" else carry * room, step)
        back = min(before, max(min(most, room), Fraction(0)))
        paid = max(value, limit) - back
        left = before + paid - value
    if left != after + forgone:
        raise Disagreement(f"{after} is said to stay open, {left} is found")
    return paid


def _earned(step: Step, running: Fraction | None = None) -> Fraction:
    """F at a running total, or at another end of its scope."""
    return _agreed(step, _chain(step.get("parts", ()), running))


# --- lines ---------------------------------------------------------------------------------------------------


def _in_order(line: Step, steps: Sequence[Step], _: Fraction) -> Fraction:
    before, own, total, earned_before, earned_with = line["parts"]
    _agreed(total, _read(before) + _read(own))
    _must_be_in_the_list(line, steps, _read(before), _read(own))
    return _earned(earned_with, _read(total)) - _earned(earned_before, _read(before))


def _must_be_in_the_list(line: Step, steps: Sequence[Step], before: Fraction, own: Fraction) -> None:
    """The running total is the sum of the credits that stand before the row in the component's own list."""
    for step in (below for top in steps for below in _walk(top)):
        if step["op"] == "credits" and step["account"] == line["account"] and "parts" in step:
            so_far = Fraction(0)
            for part in step["parts"]:
                if part["key"] == line["key"] and (so_far, _read(part)) == (before, own):
                    return
                so_far += _read(part)
    raise Disagreement(f"no list of `{line['account']}` has {line['key']} behind {before}")


def _in_proportion(line: Step, steps: Sequence[Step], amount: Fraction) -> Fraction:
    before, own, total, whole, spread = line["parts"]
    _agreed(total, _read(before) + _read(own))
    shared = _agreed(spread, _spread(steps, amount, line))
    after, earlier = (_rounded(shared * _read(part) / _read(whole), line) for part in (total, before))
    return after - earlier


def _spread(steps: Sequence[Step], amount: Fraction, rounding: Step) -> Fraction:
    """What was earned before the first clause that adds to it, where that is a part of the whole."""
    adds = {"plus", "at_least", "rounded"} | CARRIED
    adding = next(place for place, step in enumerate(steps) if step["op"] in adds)
    base = _chain(steps[:adding])
    whole = _rounded(base, rounding)
    return whole if any(step["op"] in CARRIED for step in steps) or 0 <= whole <= amount else amount


def _rest(line: Step, steps: Sequence[Step], amount: Fraction) -> Fraction:
    earned, carried = line["parts"]
    _agreed(earned, amount)
    inner = carried.get("parts", ())
    if len(inner) == 2:
        last, first = (_earned(part, _running(part)) for part in inner)
        return amount - _agreed(carried, last - first)
    found = _agreed(inner[0], _spread(steps, amount, line)) if inner else Fraction(0)
    return amount - _agreed(carried, found)


def _running(step: Step) -> Fraction | None:
    return next((_read(below) for below in _walk(step) if below["op"] == "running"), None)


_LINES: dict[str, Callable[[Step, Sequence[Step], Fraction], Fraction]] = {
    "line_in_order": _in_order, "line_in_proportion": _in_proportion, "line_rest": _rest,
    "line_of_credits": lambda line, steps, amount: sum(
        (_agreed(part, _LINES[part["op"]](part, steps, amount)) for part in line["parts"]), Fraction(0)
    ),
}  # fmt: skip


# --- values --------------------------------------------------------------------------------------------------


def _value(step: Step, running: Fraction | None = None) -> Any:
    """The value of a step from those of its parts."""
    if step["op"] in LEAVES:
        return _read(step)
    if step["op"] == "running":
        return _agreed(step, running)
    return _agreed(step, _OPERATIONS[step["op"]](step, lambda part: _value(part, running)))


Of = Callable[[Step], Any]


def _all_parts(step: Step, of: Of) -> list[Any]:
    return [of(part) for part in step.get("parts", ())]


def _credits(step: Step, of: Of) -> Any:
    if step.get("listed") is False:  # it stands in the derivation of the component, or is another account's affair
        return _read(step)
    return _reading(step["reading"], _all_parts(step, of)) if "before" in step else None


def _reading(reading: str, values: list[Any]) -> Any:
    if reading in {"sum", "count"}:
        return sum(values, Fraction(0)) if reading == "sum" else Fraction(len(values))
    if reading == "streak":
        return Fraction(len(list(takewhile(bool, reversed(values)))))
    if reading == "distinct":
        return Fraction(len(set(values)))
    if not values:
        return None
    return {
        "average": lambda: sum(values, Fraction(0)) / len(values), "highest": lambda: max(values),
        "lowest": lambda: min(values), "latest": lambda: values[-1],
    }[reading]()  # fmt: skip


def _credit(step: Step, of: Of) -> Any:
    if "parts" not in step:
        return _read(step)
    if step.get("several"):
        return sum(_all_parts(step, of), Fraction(0))
    value = of(step["parts"][0])
    if "shares" not in step:
        return value
    shares = [Fraction(share) for share in step["shares"]]
    whole = value.denominator == 1
    parts = _shared(value, shares, Fraction(1)) if whole else [value * share for share in shares]
    return sum((part for part, own in zip(parts, step["own"], strict=True) if own), Fraction(0))


def _let(step: Step, of: Of) -> Any:
    return of(step["parts"][0]) if "parts" in step else None


def _arithmetic(step: Step, of: Of) -> Any:
    (left, right), units = _all_parts(step, of), [part["unit"] for part in step["parts"]]
    if left is None or right is None:
        return None
    sign = -1 if step["op"] == "subtract" else 1
    if units[0] in {"date", "moment"}:
        if units[1] in {"date", "moment"}:
            return (left - right) * (DAY if units[0] == "date" else 1)
        if units[1] == "months":
            return _later(left, sign * int(right))
        return left + sign * (right if units[0] == "moment" else right // DAY)
    if step["op"] == "divide":
        return left / right if right else None
    return left * right if step["op"] == "multiply" else left + sign * right


def _later(day: Fraction, months: int) -> Fraction:
    """The same day of the month, or the last one of a shorter month."""
    start = date(1970, 1, 1) + timedelta(days=int(day))
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return Fraction((date(year, month + 1, min(start.day, last)) - date(1970, 1, 1)).days)


def _compare(step: Step, of: Of) -> bool:
    left, right = _all_parts(step, of)
    if left is None or right is None:
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[step["sign"]]


def _same(step: Step, of: Of) -> bool:
    left, right = _all_parts(step, of)
    if left is None or right is None:
        return False
    if step["op"] in {"is", "is_not"}:
        return (left == right) == (step["op"] == "is")
    return (left in right) == (step["op"] == "in")


def _else(step: Step, of: Of) -> Any:
    values = _all_parts(step, of)
    return values[-1] if values[0] is None else values[0]


def _limits(step: Step, of: Of) -> Any:
    value, *limits = _all_parts(step, of)
    for name, limit in zip(step["limits"], limits, strict=False):
        if value is None or limit is None:
            return None
        value = min(value, limit) if name == "at_most" else max(value, limit)
    return value


def _call(step: Step, of: Of) -> Any:
    values = _all_parts(step, of)
    if None in values:
        return None
    moments = [part["unit"] == "moment" for part in step["parts"]]
    days = [Fraction(v // DAY) if at else v for v, at in zip(values, moments, strict=True) if isinstance(v, Fraction)]
    match step["function"]:
        case "months":
            count = 0
            while _later(days[0], count + 1) <= days[1]:
                count += 1
            while _later(days[0], count) > days[1]:
                count -= 1
            return Fraction(count)
        case "days":
            return (days[1] - days[0]) * DAY
        case "years":
            return Fraction(int(values[0] / 12))
        case "whole":
            return Fraction(int(values[0]))
        case "weekday":
            return WEEKDAYS[(int(days[0]) + 3) % 7]
        case "time":
            return values[0] % DAY
        case "date":
            return Fraction(days[0])
        case "month_of":
            return Fraction((date(1970, 1, 1) + timedelta(days=int(days[0]))).month)
        case "year_of":
            return Fraction((date(1970, 1, 1) + timedelta(days=int(days[0]))).year)
        case "part_by_days" | "part_by_months":
            return _part(step, days[0], days[1])
        case other:
            raise Disagreement(f"`{other}` is not known here")


def _part(step: Step, first: Fraction, last: Fraction) -> Fraction | None:
    """What a span of days and the window have in common, of the whole period."""
    if "whole" not in step:
        return None
    start, end = (date.fromisoformat(step[name]) for name in ("from", "before"))
    begin = max(date(1970, 1, 1) + timedelta(days=int(first)), start)
    finish = min(date(1970, 1, 1) + timedelta(days=int(last)), end - timedelta(days=1))
    if begin > finish:
        return Fraction(0)
    months = (finish.year - begin.year) * 12 + finish.month - begin.month + 1
    if "months" in step:  # those of a calendar of whole weeks: their first days
        firsts = [date.fromisoformat(day) for day in step["months"]]
        months = sum(day <= finish for day in firsts) - sum(day <= begin for day in firsts) + 1
    part = (finish - begin).days + 1 if step["function"] == "part_by_days" else months
    if part != int(step["part"]):
        raise Disagreement(f"{step['part']} is said, {part} is found")
    return Fraction(part, int(step["whole"]))


# --- tables --------------------------------------------------------------------------------------------------


def _heads(step: Step, of: Of) -> tuple[Any, Any, Any]:
    """What a table reads, what it is read against, and where it stands among the bounds."""
    heads = [part for part in step["parts"] if part["op"] not in {"band", "ratio"}]
    ratio = _parts(step, "ratio")
    operand, against = of(heads[0]), of(heads[1]) if len(heads) > 1 else None
    if not ratio:
        return operand, None, (operand if len(heads) == 1 else None)
    return operand, against, _agreed(ratio[0], operand / against)


def _bound(band: Step, of: Of) -> Fraction | None:
    """A band's bound; where it is worked out, that comes first of its parts."""
    bound = _number(band["bound"])
    if band.get("worked_out"):
        found = of(band["parts"][0])
        if found != bound:
            raise Disagreement(f"the bound {band['says']} is {bound}, and {found} is found")
    return bound


def _is_reached(band: Step, bound: Fraction, place: Fraction) -> bool:
    return place > bound or (place == bound and band["edge"] == "from")


def _marginal(step: Step, of: Of) -> Any:
    operand, against, place = _heads(step, of)
    bands = _parts(step, "band")
    bounds = [_bound(band, of) for band in bands]
    if operand is None or place is None or None in bounds:
        return None
    total = Fraction(0)
    for index, band in enumerate(bands):
        low, top = bounds[index], bounds[index + 1] if index + 1 < len(bounds) else place
        assert low is not None
        assert top is not None
        part = min(place, top) - low
        if part <= 0 and not (index == 0 and low == 0):
            continue
        if part == 0:
            continue
        part = part * (1 if against is None else against)
        if part != _number(band["part"]):
            raise Disagreement(f"{band['part']} lies in {band['says']}, and {part} is found")
        rate = of(band["parts"][-1])
        if rate is None:
            _agreed(band, None)
            return None
        total += _agreed(band, part * rate)
    return total


def _taken(step: Step, of: Of, *, extend: bool) -> tuple[Any, Any]:
    """What a table reads, and the value of the band that is reached (missing: of none)."""
    operand, _, place = _heads(step, of)
    bands = _parts(step, "band")
    bounds = [_bound(band, of) for band in bands]
    if operand is None or place is None or None in bounds:
        return None, None
    found: Step | None = None
    for band, bound in zip(bands, bounds, strict=True):
        assert bound is not None
        if _is_reached(band, bound, place) or (extend and band is bands[0] and bound == 0 and place < 0):
            found = band
    if any((band.get("reached", True)) != (band is found) for band in bands):
        raise Disagreement(f"another band of {step['says']} is reached")
    if found is None:
        return operand, Fraction(0) if extend or step["unit"] in QUANTITIES - {"date", "moment", "time"} else None
    return operand, _agreed(found, of(found["parts"][-1]))


def _retroactive(step: Step, of: Of) -> Any:
    operand, rate = _taken(step, of, extend=True)
    return None if operand is None or rate is None else operand * rate


def _step(step: Step, of: Of) -> Any:
    return _taken(step, of, extend=False)[1]


def _sloped(step: Step, of: Of) -> Any:
    operand, _, place = _heads(step, of)
    bands = _parts(step, "band")
    bounds: list[Any] = [_bound(band, of) for band in bands]
    if operand is None or place is None or None in bounds:
        return None
    at = [index for index, bound in enumerate(bounds) if bound >= place]
    high = at[0] if at else len(bounds) - 1
    ends = [high] if high == 0 or not at else [high - 1, high]
    if [index for index, band in enumerate(bands) if band.get("reached", True)] != ends:
        raise Disagreement(f"{step['says']}: it lies between other points")
    values = [_agreed(bands[index], of(bands[index]["parts"][-1])) for index in ends]
    if None in values:
        return None
    if len(values) == 1:
        return values[0]
    return values[0] + (values[1] - values[0]) * (place - bounds[ends[0]]) / (bounds[high] - bounds[ends[0]])


def _grid(step: Step, of: Of) -> Any:
    row, column, *_ = _all_parts(step, lambda part: of(part) if part["op"] != "cell" else None)
    bounds = [[(edge, _number(bound)) for edge, bound in step[side]] for side in ("rows", "columns")]
    if row is None or column is None or any(bound is None for side in bounds for _, bound in side):
        return None
    reached: list[int | None] = []
    for value, side in zip((row, column), bounds, strict=True):
        there = [i for i, (edge, b) in enumerate(side) if b is not None and _is_reached({"edge": edge}, b, value)]
        reached.append(max(there, default=None))
    if None in reached:
        return Fraction(0) if step["unit"] in QUANTITIES - {"date", "moment", "time"} else None
    (cell,) = _parts(step, "cell")
    if [cell["row"], cell["column"]] != reached:
        raise Disagreement(f"{step['says']}: another cell is reached")
    return _agreed(cell, of(cell["parts"][0]))


def _choose(step: Step, of: Of) -> Any:
    *conditions, value = _all_parts(step, of)
    failed = conditions if step["case"] == "otherwise" else conditions[:-1]
    held = [] if step["case"] == "otherwise" else conditions[-1:]
    if any(failed) or not all(held) or (held and step["case"] != len(failed)):
        raise Disagreement(f"{step['says']}: another case holds")
    return value


def _blend(step: Step, of: Of) -> Any:
    values = _all_parts(step, of)
    if None in values:
        return None
    weights = [Fraction(weight) for weight in step["weights"]]
    return sum((weight * value for weight, value in zip(weights, values, strict=True)), Fraction(0))


# --- people --------------------------------------------------------------------------------------------------


def _rank(step: Step, of: Of) -> Any:
    standings = [(member["key"], _read(member)) for member in _parts(step, "member")]
    if any(first < second for (_, first), (_, second) in pairwise(standings)):
        raise Disagreement("the standings are not in order")
    own = next((value for key, value in standings if key == step["own"]), None)
    if own is None:
        return None
    if step["ties"] == "first":
        return Fraction(1 + [key for key, _ in standings].index(step["own"]))
    return Fraction(1 + sum(value > own for _, value in standings))


def _prize(step: Step, of: Of) -> Any:
    ranked = step["parts"][0]
    place = of(ranked)
    if place is None:
        return Fraction(0)
    prizes = {int(number): _number(prize) for number, prize in step["prizes"].items()}
    if step["ties"] != "share":
        return prizes.get(int(place), Fraction(0))
    standings = [(member["key"], _read(member)) for member in _parts(ranked, "member")]
    own = dict(standings)[ranked["own"]]
    tied = [key for key, value in standings if value == own]
    won = [prizes.get(number, Fraction(0)) for number in range(int(place), int(place) + len(tied))]
    if len(tied) == 1:
        return won[0]
    if None in won:
        return None
    pool = _rounded(sum((prize or Fraction(0) for prize in won), Fraction(0)), step)
    return _shared(pool, [Fraction(1)] * len(tied), Fraction(step["step"]))[tied.index(ranked["own"])]


def _share(step: Step, of: Of) -> Any:
    members = [(member["key"], _read(member)) for member in _parts(step, "member")]
    keys = [key for key, _ in members]
    if step["own"] not in keys:
        return Fraction(0)
    (pool,) = [of(part) for part in step["parts"] if part["op"] != "member"]
    if pool is None:
        return None
    if sum(weight for _, weight in members) <= 0:
        return Fraction(0)
    shares = _shared(_rounded(pool, step), [weight for _, weight in members], Fraction(step["step"]))
    return shares[keys.index(step["own"])]


def _across(step: Step, of: Of) -> Any:
    return _reading(step["reading"], [_read(part) for part in _parts(step, "member", "period")])


_OPERATIONS: dict[str, Callable[[Step, Of], Any]] = {
    "credits": _credits, "credit": _credit, "let": _let, "add": _arithmetic, "subtract": _arithmetic,
    "multiply": _arithmetic, "divide": _arithmetic, "compare": _compare, "is": _same, "is_not": _same, "in": _same,
    "not_in": _same, "else": _else, "limits": _limits, "call": _call, "marginal": _marginal,
    "retroactive": _retroactive, "step": _step, "sloped": _sloped, "grid": _grid, "choose": _choose, "blend": _blend,
    "rank": _rank, "prize": _prize, "share": _share, "across": _across, "over_periods": _across,
    "negate": lambda step, of: None if of(step["parts"][0]) is None else -of(step["parts"][0]),
    "known": lambda step, of: of(step["parts"][0]) is not None,
    "missing": lambda step, of: of(step["parts"][0]) is None,
    "not": lambda step, of: not of(step["parts"][0]),
    "and": lambda step, of: all(_all_parts(step, of)),
    "or": lambda step, of: any(_all_parts(step, of)),
    "sum": lambda step, of: sum(_all_parts(step, of), Fraction(0)),
    "stretches": lambda step, of: sum(_all_parts(step, of), Fraction(0)),
    "stretch": lambda step, of: _chain(step.get("parts", ())),
}  # fmt: skip

KNOWN = {*_OPERATIONS, *_LINES, *CLAUSES, *LEAVES} | {
    "band", "carried", "cell", "earned", "posted", "ratio", "rounded", "running", "spread", "tied", "total", "unpaid",
    "with", "line_stretches",
}  # fmt: skip
"""All operations."""
