"""Invented names of accounts."""

from __future__ import annotations

from random import Random

from .draws import chance, shuffled

__all__ = ["INDUSTRIES", "account_names"]

# Industry: its words in account names, two Chinese and two English.
INDUSTRIES = {
    "electronics": (("电子", "科技"), ("Electronics", "Devices")),
    "pharma": (("医药", "生物"), ("Pharma", "Biotech")),
    "textiles": (("纺织", "服饰"), ("Textiles", "Apparel")),
    "food": (("食品", "农业"), ("Foods", "Farms")),
    "machinery": (("机械", "重工"), ("Machinery", "Tools")),
    "chemicals": (("化工", "新材料"), ("Chemicals", "Materials")),
    "logistics": (("物流", "供应链"), ("Logistics", "Freight")),
    "retail": (("百货", "商贸"), ("Retail", "Trading")),
}
CHINESE = ("星北云瑞恒嘉盛泽锦鸿澄沐", "河辰帆泉麓岚川棠霖舟")
TREES = ("Alder", "Briar", "Fern", "Hazel", "Iris", "Juniper", "Larch", "Pine", "Rowan")
STONES = ("Amber", "Cobalt", "Dune", "Ember", "Garnet", "Opal", "Quarry", "Sable")
PLACES = ("Bay", "Brook", "Field", "Gate", "Harbor", "Hill", "Lane", "Point", "Ridge", "Vale")


def account_names(rng: Random) -> dict[str, list[str]]:
    """Invented names by industry, no name twice."""
    names: dict[str, list[str]] = {}
    for industry, (chinese, english) in INDUSTRIES.items():
        found = [a + b + word for a in CHINESE[0] for b in CHINESE[1] for word in chinese]
        for place in [f"{a} {b}" for a in TREES + STONES for b in PLACES]:
            for word in english:
                ending = " Ltd." if chance(rng, 8) else ", Inc." if chance(rng, 4) else ""
                found.append(f"{place} {word}{ending}")
        names[industry] = shuffled(rng, found)
    return names
