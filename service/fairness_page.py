"""The fairness of assignment as one page that stands alone: tables, and the credits of every pool over time."""

from __future__ import annotations

from html import escape

from ..engine.fairness.assignment_fairness import AssignmentFairness
from ..engine.fairness.picture import credit_picture
from .assignment_fairness_shown import Manner, Table, assignment_tables

__all__ = ["fairness_page"]

_MOST_PICTURES = 12
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;color:#222;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin-top:2.2rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;display:block;overflow-x:auto}
th,td{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid #e5e5e5;white-space:nowrap}
.n{text-align:right}th{color:#666;font-weight:600}p{margin:.4rem 0}.bad{color:#b3261e;font-weight:600}
svg{width:100%;height:auto;margin:.6rem 0}"""


def fairness_page(made: AssignmentFairness, how: Manner, title: str) -> str:
    """The page as HTML; nothing is loaded from elsewhere."""
    parts = [
        "<!doctype html>", '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>", f"<h1>{escape(title)}</h1>",
    ]  # fmt: skip
    for table in assignment_tables(made, how):
        parts += _table(table)
    pools = sorted(made.pools, key=lambda pool: (-pool.turns, pool.pool))
    if pools:
        parts.append("<h2>credits over time</h2>")
        parts += [credit_picture(pool) for pool in pools[:_MOST_PICTURES]]
    if len(pools) > _MOST_PICTURES:
        parts.append(f"<p>and {len(pools) - _MOST_PICTURES:,} pools with fewer turns</p>")
    return "\n".join([*parts, "</body></html>", ""])


def _table(table: Table) -> list[str]:
    parts = [f"<h2>{escape(table.title)}</h2>"]
    if table.rows:
        parts.append(f"<table><thead>{_row(table, table.headers, 'th')}</thead><tbody>")
        parts += [_row(table, row, "td") for row in table.rows]
        parts.append("</tbody></table>")
    for line in table.says:
        bad = ' class="bad"' if line.startswith(("DEFECT", "under four fifths")) else ""
        parts.append(f"<p{bad}>{escape(line.strip())}</p>")
    return parts


def _row(table: Table, cells: tuple[str, ...], tag: str) -> str:
    made: list[str] = []
    for place, cell in enumerate(cells):
        marks = [*(["n"] if place in table.right else []), *(["bad"] if _is_bad(cell) else [])]
        name = f' class="{" ".join(marks)}"' if marks else ""
        made.append(f"<{tag}{name}>{escape(cell)}</{tag}>")
    return f"<tr>{''.join(made)}</tr>"


def _is_bad(cell: str) -> bool:
    return cell == "NO" or cell.startswith(("SUSPECT", "WORSE"))
