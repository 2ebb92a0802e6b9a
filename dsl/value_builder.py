"""From the parser's generic tree to syntax nodes of values: one method a rule, no meaning checked."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from lark import Token, Tree

from . import problems
from . import syntax as s
from .diagnostics import Diagnostic
from .source import SourceFile, Span

__all__ = ["ValueBuilder"]

_Tree = Tree[Any]
_MOST_DIGITS = 30


def _digits(text: str) -> str:
    return text.replace("_", "").replace(",", "")


class ValueBuilder:
    """Builds values of one statement that begins at `offset` of the source."""

    def __init__(self, source: SourceFile, offset: int) -> None:
        self._source = source
        self._offset = offset
        self.diagnostics: list[Diagnostic] = []

    # --- places and small parts --------------------------------------------------------------------------

    def _span(self, item: _Tree | Token) -> Span:
        if isinstance(item, Token):
            return Span((item.start_pos or 0) + self._offset, (item.end_pos or 0) + self._offset)
        meta = item.meta
        if meta.empty:
            return Span(self._offset, self._offset)
        return Span(meta.start_pos + self._offset, meta.end_pos + self._offset)

    def _name(self, token: object) -> s.Name:
        assert isinstance(token, Token)
        return s.Name(str(token), span=self._span(token))

    def _text(self, token: object) -> s.TextLit:
        assert isinstance(token, Token)
        # The source itself, not the mapped text: what stands in quotes is the author's, character for character.
        span = self._span(token)
        return s.TextLit(self._source.text[span.start + 1 : span.end - 1], span=span)

    def _node(self, item: Any) -> Any:
        if item is None:
            return None
        if isinstance(item, Token):
            return self._token(item)
        rule = str(item.data)
        method = cast("Callable[[_Tree], Any]", getattr(self, f"_{rule}"))
        return method(item)

    def _nodes(self, items: list[Any]) -> tuple[Any, ...]:
        return tuple(self._node(item) for item in items)

    def _number(self, token: Token) -> Fraction:
        digits = _digits(str(token).rstrip("%"))
        if len(digits) > _MOST_DIGITS:
            self.diagnostics.append(problems.number_too_long(self._span(token), _MOST_DIGITS))
            return Fraction(0)
        return Fraction(digits)

    def _token(self, token: Token) -> s.Node:
        span = self._span(token)
        match token.type:
            case "NUMBER":
                return s.NumberLit(self._number(token), str(token), span=span)
            case "RATE":
                return s.RateLit(self._number(token) / 100, str(token), span=span)  # exact: fraction
            case "QUANTITY":
                return self._quantity(token)
            case "DATE":
                return s.DateLit(str(token), span=span)
            case "TIME":
                return s.TimeLit(str(token), span=span)
            case "PERIOD":
                return s.PeriodLit(str(token), span=span)
            case "STRING":
                return self._text(token)
            case _:
                return self._name(token)

    def _quantity(self, token: Token) -> s.Quantity:
        digits, unit = str(token).split(None, 1)
        value = Fraction(_digits(digits)) if len(digits) <= _MOST_DIGITS else Fraction(0)
        if len(digits) > _MOST_DIGITS:
            self.diagnostics.append(problems.number_too_long(self._span(token), _MOST_DIGITS))
        unit = unit if unit.isupper() else unit.rstrip("s")
        return s.Quantity(value, unit, str(token), span=self._span(token))

    # --- values ------------------------------------------------------------------------------------------

    def _fallback(self, tree: _Tree) -> s.Expr:
        return s.Fallback(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _all_of(self, tree: _Tree) -> s.Expr:
        return s.AllOf(self._nodes(tree.children), span=self._span(tree))

    def _any_of(self, tree: _Tree) -> s.Expr:
        return s.AnyOf(self._nodes(tree.children), span=self._span(tree))

    def _negation(self, tree: _Tree) -> s.Expr:
        return s.Not(self._node(tree.children[0]), span=self._span(tree))

    def _compare(self, tree: _Tree) -> s.Expr:
        left, op, right = tree.children
        return s.Compare(cast(Any, str(op)), self._node(left), self._node(right), span=self._span(tree))

    def _same(self, tree: _Tree) -> s.Expr:
        return s.Same(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _differs(self, tree: _Tree) -> s.Expr:
        return s.Same(self._node(tree.children[0]), self._node(tree.children[1]), True, span=self._span(tree))

    def _member(self, tree: _Tree) -> s.Expr:
        return s.Member(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _no_member(self, tree: _Tree) -> s.Expr:
        return s.Member(self._node(tree.children[0]), self._node(tree.children[1]), True, span=self._span(tree))

    def _fraction(self, tree: _Tree) -> s.Expr:
        return s.PartOf(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _binary(self, tree: _Tree) -> s.Expr:
        left, op, right = tree.children
        return s.Arithmetic(cast(Any, str(op)), self._node(left), self._node(right), span=self._span(tree))

    def _sum(self, tree: _Tree) -> s.Expr:
        made = self._binary(tree)
        if isinstance(made, s.Arithmetic) and isinstance(made.right, s.Working):
            return s.Moved(cast(Any, made.op), made.left, made.right, span=made.span)
        return made

    def _working(self, tree: _Tree) -> s.Working:
        quantity, name, whose = (self._node(child) for child in tree.children)
        if whose is None or len(name.parts) > 1:  # the checker says that a column is no name of hours
            return s.Working(quantity, name, span=self._span(tree))
        hours = s.Reading(name.parts[0], whose, span=name.span.to(whose.span))
        return s.Working(quantity, hours, span=self._span(tree))

    _product = _binary

    def _signed(self, tree: _Tree) -> s.Expr:
        sign, operand = tree.children
        return s.Negate(self._node(operand), span=self._span(tree)) if sign == "-" else self._node(operand)

    def _everybody(self, tree: _Tree) -> s.Expr:
        return s.Everybody(self._node(tree.children[0]), span=self._span(tree))

    def _scoped(self, tree: _Tree) -> s.Expr:
        return s.Scoped(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _over(self, tree: _Tree) -> s.Window:
        return self._node(tree.children[0])

    def _window_quantity(self, tree: _Tree) -> s.Window:
        return s.Window("", self._node(tree.children[0]), span=self._span(tree))

    def _window_word(self, tree: _Tree) -> s.Window:
        word, rest = tree.children
        if isinstance(rest, Token) and rest.type == "QUANTITY":
            return s.Window(str(word), self._quantity(rest), span=self._span(tree))
        return s.Window(str(word), None, str(rest) if rest is not None else "", span=self._span(tree))

    def _window_period(self, tree: _Tree) -> s.Window:
        return s.Window("period", None, str(tree.children[0]), span=self._span(tree))

    def _reading(self, tree: _Tree) -> s.Reading:
        return s.Reading(self._name(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _call(self, tree: _Tree) -> s.Expr:
        return s.Call(self._name(tree.children[0]), self._nodes(tree.children[1:]), span=self._span(tree))

    def _set(self, tree: _Tree) -> s.Expr:
        return s.SetLit(self._nodes(tree.children), span=self._span(tree))

    def _path(self, tree: _Tree) -> s.Path:
        return s.Path(tuple(self._name(token) for token in tree.children), span=self._span(tree))

    def _literal(self, tree: _Tree) -> s.Expr:
        return cast(s.Expr, self._token(cast(Token, tree.children[0])))

    # --- tables and phrases ------------------------------------------------------------------------------

    def _kind(self, tree: _Tree) -> tuple[s.Name, s.Expr]:
        return self._name(tree.children[0]), self._node(tree.children[1])

    def _head(self, item: Any) -> tuple[s.Name, s.Expr]:
        """Kind and operand of `marginal bookings` or `marginal(bookings / 2)`."""
        node = self._node(item)
        if isinstance(node, s.Call):
            operand = node.args[0] if len(node.args) == 1 else s.SetLit(node.args, span=node.span)
            return node.name, operand
        if isinstance(node, s.Reading):
            return node.name, node.operand
        return cast("tuple[s.Name, s.Expr]", node)

    def _table(self, tree: _Tree) -> s.Expr:
        head, over, against, rows = tree.children
        kind, operand = self._head(head)
        return s.Table(kind, operand, self._node(rows), self._node(against), self._node(over), span=self._span(tree))

    def _call_table(self, tree: _Tree) -> s.Expr:
        head, against, rows = tree.children
        kind, operand = self._head(head)
        return s.Table(kind, operand, self._node(rows), self._node(against), span=self._span(tree))

    def _grid_table(self, tree: _Tree) -> s.Expr:
        head, by, grid = tree.children
        kind, operand = self._head(head)
        columns, rows = self._grid(grid)
        return s.Grid(kind, operand, self._node(by), columns, rows, span=self._span(tree))

    def _grid(self, tree: _Tree) -> tuple[tuple[s.Expr, ...], tuple[s.GridRow, ...]]:
        nodes = self._nodes(tree.children)
        columns = tuple(node for node in nodes if not isinstance(node, s.GridRow))
        return columns, tuple(node for node in nodes if isinstance(node, s.GridRow))

    def _place_table(self, tree: _Tree) -> s.Expr:
        head, filters, ties, rows = tree.children
        kind, operand = self._head(head)
        made = self._node(filters) or s.Filters()
        made = s.Filters(made.over, made.within, made.per, made.on, made.where, self._name(ties), span=made.span)
        if isinstance(operand, s.Reading):
            ranked: s.Expr = s.Phrase(operand.name, operand.operand, made, span=operand.span)
        else:
            ranked = s.Phrase(s.Name("rank", span=kind.span), operand, made, span=operand.span)
        return s.Table(kind, ranked, self._node(rows), span=self._span(tree))

    def _choose(self, tree: _Tree) -> s.Expr:
        *cases, otherwise = tree.children
        return s.Choose(self._nodes(cases), self._node(otherwise), span=self._span(tree))

    def _blend(self, tree: _Tree) -> s.Expr:
        return s.Blend(self._nodes(tree.children), span=self._span(tree))

    def _part_of_blend(self, tree: _Tree) -> s.BlendPart:
        return s.BlendPart(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _phrase(self, tree: _Tree) -> s.Expr:
        head, filters, ties = tree.children
        kind, operand = self._head(head)
        made: s.Filters = self._node(filters)
        if ties is not None:
            made = s.Filters(made.over, made.within, made.per, made.on, made.where, self._name(ties), span=made.span)
        return s.Phrase(kind, operand, made, span=self._span(tree))

    def _tied(self, tree: _Tree) -> s.Expr:
        head, ties = tree.children
        kind, operand = self._head(head)
        return s.Phrase(kind, operand, s.Filters(ties=self._name(ties)), span=self._span(tree))

    def _shared(self, tree: _Tree) -> s.Expr:
        head, everyone, filters, by = tree.children
        kind, pool = self._head(head)
        made = self._node(filters) or s.Filters()
        return s.ShareOf(kind, pool, self._node(everyone), made, self._node(by), span=self._span(tree))

    def _filters(self, tree: _Tree) -> s.Filters:
        parts: dict[str, Any] = {}
        for child in tree.children:
            if child is None:
                continue
            word = str(child.data)
            if word in parts:
                self.diagnostics.append(problems.filter_twice(self._span(child), word))
            parts[word] = self._node(child)
        return s.Filters(**parts, span=self._span(tree))

    def _within(self, tree: _Tree) -> s.Expr:
        return self._node(tree.children[0])

    def _per(self, tree: _Tree) -> s.Name:
        return self._name(tree.children[0])

    def _on(self, tree: _Tree) -> s.Expr:
        return self._node(tree.children[0])

    def _where(self, tree: _Tree) -> s.Expr:
        return self._node(tree.children[0])

    def _rows(self, tree: _Tree) -> tuple[s.Band | s.Place, ...]:
        return self._nodes(tree.children)

    def _band(self, tree: _Tree) -> s.Band:
        edge, bound, value = tree.children
        return s.Band(self._edge(edge), self._node(bound), self._node(value), span=self._span(tree))

    def _edge(self, tree: _Tree) -> Any:
        return str(tree.data).split("_", 1)[0]

    def _grid_row(self, tree: _Tree) -> s.GridRow:
        edge, bound, *values = tree.children
        return s.GridRow(self._edge(edge), self._node(bound), self._nodes(values), span=self._span(tree))

    def _place(self, tree: _Tree) -> s.Place:
        return s.Place(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _case(self, tree: _Tree) -> s.Case:
        return s.Case(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _signed_bound(self, tree: _Tree) -> s.Expr:
        sign, literal = tree.children
        node: s.Expr = self._node(literal)
        return s.Negate(node, span=self._span(tree)) if sign == "-" else node

    def _part_of(self, tree: _Tree) -> s.Expr:
        rate, path = tree.children
        return s.PartOf(self._node(rate), self._node(path), span=self._span(tree))
