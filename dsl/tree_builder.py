"""From the parser's generic tree to the syntax tree: one method a rule, no meaning checked."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from lark import Token, Tree

from . import problems
from . import syntax as s
from .diagnostics import Diagnostic
from .source import SourceFile, Span

__all__ = ["TreeBuilder"]

_Tree = Tree[Any]
_MOST_DIGITS = 30


def _digits(text: str) -> str:
    return text.replace("_", "").replace(",", "")


class TreeBuilder:
    """Builds syntax nodes for one statement that begins at `offset` of the source."""

    def __init__(self, source: SourceFile, offset: int) -> None:
        self._source = source
        self._offset = offset
        self.diagnostics: list[Diagnostic] = []

    def statement(self, tree: _Tree) -> s.Statement:
        """The statement below `start`."""
        return cast(s.Statement, self._node(tree.children[0]))

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

    def _text(self, token: Token) -> s.TextLit:
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

    # --- head --------------------------------------------------------------------------------------------

    def _policy(self, tree: _Tree) -> s.Policy:
        title, settings = tree.children
        return s.Policy(self._text(title), self._node(settings), span=self._span(tree))

    def _settings(self, tree: _Tree) -> tuple[s.Setting, ...]:
        return self._nodes(tree.children)

    def _setting(self, tree: _Tree) -> s.Setting:
        return s.Setting(self._name(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _range(self, tree: _Tree) -> s.Range:
        return s.Range(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _facts(self, tree: _Tree) -> s.Facts:
        name, columns = tree.children
        return s.Facts(self._name(name), self._node(columns) or (), columns is not None, span=self._span(tree))

    def _columns(self, tree: _Tree) -> tuple[s.ColumnDecl, ...]:
        return self._nodes(tree.children)

    def _column(self, tree: _Tree) -> s.ColumnDecl:
        name, type_, optional, compare, bound = tree.children
        made: s.TypeExpr = self._node(type_)
        if optional is not None:
            made = s.TypeExpr(made.name, made.of, made.per, made.currency, made.options, True, span=made.span)
        return s.ColumnDecl(
            self._name(name), made, str(compare) if compare else "", self._node(bound), span=self._span(tree)
        )

    def _type_name(self, tree: _Tree) -> s.TypeExpr:
        return s.TypeExpr(str(tree.children[0]), span=self._span(tree))

    def _type_of(self, tree: _Tree) -> s.TypeExpr:
        return s.TypeExpr(str(tree.children[0]), of=str(tree.children[1]), span=self._span(tree))

    def _type_per(self, tree: _Tree) -> s.TypeExpr:
        return s.TypeExpr(str(tree.children[0]), per=str(tree.children[1]), span=self._span(tree))

    def _type_in(self, tree: _Tree) -> s.TypeExpr:
        return s.TypeExpr(str(tree.children[0]), currency=str(tree.children[1]), span=self._span(tree))

    def _one_of(self, tree: _Tree) -> s.TypeExpr:
        options = tuple(self._text(token).text for token in tree.children)
        return s.TypeExpr("text", options=options, span=self._span(tree))

    # --- accounts ----------------------------------------------------------------------------------------

    def _credit(self, tree: _Tree) -> s.Credit:
        name, *receivers, on, value, when = tree.children
        return s.Credit(
            self._name(name), self._nodes(receivers), self._node(on), self._node(value), self._node(when),
            span=self._span(tree),
        )  # fmt: skip

    def _receiver(self, tree: _Tree) -> s.Receiver:
        return s.Receiver(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _target(self, tree: _Tree) -> s.Target:
        name, path, per, settings, value, *clauses = tree.children
        return s.Target(
            self._name(name), self._node(path), self._name(per), self._node(settings) or (), self._node(value),
            self._nodes(clauses), span=self._span(tree),
        )  # fmt: skip

    def _let(self, tree: _Tree) -> s.Let:
        name, params, value, *limits = tree.children
        return s.Let(
            self._name(name), self._node(params) or (), self._node(value), self._nodes(limits), span=self._span(tree)
        )

    def _names(self, tree: _Tree) -> tuple[s.Name, ...]:
        return tuple(self._name(token) for token in tree.children)

    # --- incentives --------------------------------------------------------------------------------------

    def _scheme(self, tree: _Tree) -> s.Scheme:
        name, group, per, *body = tree.children
        nodes = self._nodes(body)
        settings = tuple(node for node in nodes if isinstance(node, s.Setting))
        components = tuple(node for node in nodes if not isinstance(node, s.Setting))
        return s.Scheme(
            self._name(name), self._node(group), self._name(per), settings, components, span=self._span(tree)
        )

    def _type_group(self, tree: _Tree) -> s.Group:
        return s.Group(name=self._name(tree.children[0]), span=self._span(tree))

    def _everyone(self, tree: _Tree) -> s.Group:
        return s.Group(kind=self._name(tree.children[0]), where=self._node(tree.children[1]), span=self._span(tree))

    def _everyone_bare(self, tree: _Tree) -> s.Group:
        return s.Group(kind=self._name(tree.children[0]), span=self._span(tree))

    def _pay(self, tree: _Tree) -> s.Pay:
        name, over, value, *clauses = tree.children
        return s.Pay(
            self._name(name), self._node(value), self._node(over), self._nodes(clauses), span=self._span(tree)
        )

    def _award(self, tree: _Tree) -> s.Award:
        title, to, when = tree.children
        return s.Award(self._text(title), self._node(when), self._node(to), span=self._span(tree))

    def _total(self, tree: _Tree) -> s.Total:
        return s.Total(self._nodes(tree.children), span=self._span(tree))

    def _one_clause(self, word: str, tree: _Tree) -> s.Clause:
        return s.Clause(word, self._node(tree.children[0]), span=self._span(tree))

    def _gate(self, tree: _Tree) -> s.Clause:
        return self._one_clause("when", tree)

    def _times(self, tree: _Tree) -> s.Clause:
        return self._one_clause("times", tree)

    def _plus(self, tree: _Tree) -> s.Clause:
        return self._one_clause("plus", tree)

    def _release_rate(self, tree: _Tree) -> s.Clause:
        return self._one_clause("release", tree)

    def _release_parts(self, tree: _Tree) -> s.Clause:
        return s.Clause("release_parts", parts=self._nodes(tree.children), span=self._span(tree))

    def _release_part(self, tree: _Tree) -> s.ReleasePart:
        return s.ReleasePart(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _at_most(self, tree: _Tree) -> s.Clause:
        return s.Clause(
            "at_most", self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree)
        )

    def _at_least(self, tree: _Tree) -> s.Clause:
        return s.Clause(
            "at_least", self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree)
        )

    # --- assignment --------------------------------------------------------------------------------------

    def _assign(self, tree: _Tree) -> s.Assign:
        kind, *body = tree.children
        nodes = [(item.data, self._node(item)) for item in body]
        by_rule = {data: node for data, node in nodes}
        return s.Assign(
            self._name(kind),
            tuple(node for _, node in nodes if isinstance(node, s.Setting)),
            tuple(node for data, node in nodes if data == "needs"),
            tuple(node for data, node in nodes if data == "rule"),
            by_rule["otherwise"],
            by_rule["nobody"],
            tuple(node for _, node in nodes if isinstance(node, s.Timer)),
            span=self._span(tree),
        )

    def _needs(self, tree: _Tree) -> s.Expr:
        return self._node(tree.children[0])

    def _rule(self, tree: _Tree) -> s.Rule:
        name, when, *tiers, nobody = tree.children
        return s.Rule(
            self._name(name), self._node(when), self._nodes(tiers), None, self._node(nobody), span=self._span(tree)
        )

    def _otherwise(self, tree: _Tree) -> s.Rule:
        nodes = self._nodes(tree.children)
        tiers = tuple(node for node in nodes if isinstance(node, s.Tier))
        action = next((node for node in nodes if isinstance(node, s.Action)), None)
        return s.Rule(None, None, tiers, action, span=self._span(tree))

    def _tier(self, tree: _Tree) -> s.Tier:
        candidates, sharing, accept = tree.children
        found = self._node(candidates)
        word, weight = self._node(sharing) if sharing is not None else (None, None)
        limit: s.Quantity | None = self._node(accept)
        if isinstance(found, s.Path):
            return s.Tier(path=found, sharing=word, weight=weight, accept=limit, span=self._span(tree))
        kind, where = cast("tuple[s.Name, s.Expr | None]", found)
        return s.Tier(
            kind=kind, where=where, sharing=word, weight=weight, accept=limit, span=self._span(tree)
        )

    def _any(self, tree: _Tree) -> tuple[s.Name, s.Expr | None]:
        return self._name(tree.children[0]), self._node(tree.children[1])

    def _sharing(self, tree: _Tree) -> tuple[s.Name, s.Expr | None]:
        return self._name(tree.children[0]), self._node(tree.children[1])

    def _nobody(self, tree: _Tree) -> s.Action:
        return self._node(tree.children[0])

    def _watch(self, tree: _Tree) -> s.Watch:
        kind, *body = tree.children
        nodes = self._nodes(body)
        return s.Watch(
            self._name(kind),
            tuple(node for node in nodes if isinstance(node, s.Setting)),
            tuple(node for node in nodes if isinstance(node, s.Timer)),
            span=self._span(tree),
        )

    def _after(self, tree: _Tree) -> s.Timer:
        wait, since, unless, action = (self._node(child) for child in tree.children)
        return s.Timer("after", action, wait, since, unless, span=self._span(tree))

    def _every(self, tree: _Tree) -> s.Timer:
        wait, unless, action = (self._node(child) for child in tree.children)
        return s.Timer("every", action, wait, None, unless, span=self._span(tree))

    def _event(self, tree: _Tree) -> s.Timer:
        when, action = (self._node(child) for child in tree.children)
        return s.Timer("when", action, unless=when, span=self._span(tree))

    def _give_back(self, tree: _Tree) -> s.Action:
        return s.Action("return", span=self._span(tree))

    def _hold(self, tree: _Tree) -> s.Action:
        return s.Action("hold", self._node(tree.children[0]), span=self._span(tree))

    def _next_rule(self, tree: _Tree) -> s.Action:
        return s.Action("next", span=self._span(tree))

    def _notify(self, tree: _Tree) -> s.Action:
        path, text = (self._node(child) for child in tree.children)
        return s.Action("notify", text, path, span=self._span(tree))

    def _give_award(self, tree: _Tree) -> s.Action:
        text, path = (self._node(child) for child in tree.children)
        return s.Action("award", text, path, span=self._span(tree))

    # --- promises and examples ---------------------------------------------------------------------------

    def _holds(self, tree: _Tree) -> s.Guarantee:
        return s.Guarantee(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _monotone(self, tree: _Tree) -> s.Guarantee:
        subject, verb, cause, cause_verb = tree.children
        return s.Guarantee(
            subject=self._node(subject), verb=str(verb), cause=self._node(cause), cause_verb=str(cause_verb),
            span=self._span(tree),
        )  # fmt: skip

    def _test(self, tree: _Tree) -> s.Test:
        title, *steps = tree.children
        return s.Test(self._text(title), self._nodes(steps), span=self._span(tree))

    def _given(self, tree: _Tree) -> s.Given:
        kind, name, *cells = tree.children
        return s.Given(
            self._name(kind),
            self._node(name),
            tuple(self._node(cell) for cell in cells if cell is not None),
            span=self._span(tree),
        )

    def _cell(self, tree: _Tree) -> s.Cell:
        return s.Cell(self._name(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _negative(self, tree: _Tree) -> s.NumberLit:
        number: s.NumberLit = self._node(tree.children[-1])
        return s.NumberLit(-number.value, f"-{number.text}", span=self._span(tree))

    def _on_date(self, tree: _Tree) -> s.OnDate:
        return s.OnDate(self._node(tree.children[0]), span=self._span(tree))

    def _expect(self, tree: _Tree) -> s.Expect:
        return s.Expect(self._node(tree.children[0]), span=self._span(tree))

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
        return s.Fraction_(self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _binary(self, tree: _Tree) -> s.Expr:
        left, op, right = tree.children
        return s.Arithmetic(cast(Any, str(op)), self._node(left), self._node(right), span=self._span(tree))

    _sum = _binary
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
        return s.Table(
            kind, operand, self._node(rows), self._node(against), self._node(over), span=self._span(tree)
        )

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
        return s.Fraction_(self._node(rate), self._node(path), span=self._span(tree))
