"""From the parser's generic tree to the syntax tree of statements: one method a rule, no meaning checked."""

from __future__ import annotations

from typing import Any, cast

from lark import Tree

from . import syntax as s
from .source import Span
from .value_builder import ValueBuilder

__all__ = ["TreeBuilder"]

_Tree = Tree[Any]


class TreeBuilder(ValueBuilder):
    """Builds the syntax tree of one statement that begins at `offset` of the source."""

    def statement(self, tree: _Tree) -> s.Statement:
        """The statement below `start`."""
        return cast(s.Statement, self._node(tree.children[0]))

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

    def _receivers_above(self, tree: _Tree) -> s.Receiver:
        kind, path, share = tree.children
        return s.Receiver(self._node(path), self._node(share), self._name(kind), span=self._span(tree))

    def _target(self, tree: _Tree) -> s.Target:
        name, path, per, settings, value, *clauses = tree.children
        return s.Target(
            self._name(name), self._node(path), self._name(per), self._node(settings) or (), self._node(value),
            self._nodes(clauses), span=self._span(tree),
        )  # fmt: skip

    def _let(self, tree: _Tree) -> s.Let:
        name, params, value, *limits = tree.children
        return s.Let(
            self._name(name),
            self._node(params) or (),
            self._node(value),
            self._nodes(limits),
            span=self._span(tree),
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
        return s.Pay(self._name(name), self._node(value), self._node(over), self._nodes(clauses), span=self._span(tree))

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
        return s.Clause("at_most", self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _at_least(self, tree: _Tree) -> s.Clause:
        return s.Clause("at_least", self._node(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    # --- assignment --------------------------------------------------------------------------------------

    def _assign(self, tree: _Tree) -> s.Assign:
        kind, *body = tree.children
        nodes = [(item.data, self._node(item)) for item in body]
        by_rule = dict(nodes)
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
        name, when, *body = tree.children
        nodes = [(item.data, self._node(item)) for item in body if item is not None]
        nobody = next((node for data, node in nodes if data == "nobody"), None)
        action = next((node for data, node in nodes if data not in {"nobody", "tier"}), None)
        tiers = tuple(node for data, node in nodes if data == "tier")
        return s.Rule(self._name(name), self._node(when), tiers, action, nobody, span=self._span(tree))

    def _otherwise(self, tree: _Tree) -> s.Rule:
        nodes = self._nodes(tree.children)
        tiers = tuple(node for node in nodes if isinstance(node, s.Tier))
        action = next((node for node in nodes if isinstance(node, s.Action)), None)
        return s.Rule(None, None, tiers, action, span=self._span(tree))

    def _tier(self, tree: _Tree) -> s.Tier:
        candidates, sharing, accept = tree.children
        found = self._node(candidates)
        word, weight, further = self._node(sharing) if sharing is not None else (None, None, ())
        limit: s.Quantity | s.Working | None = self._node(accept)
        if isinstance(found, s.Path):
            return s.Tier(found, None, None, word, weight, limit, further, span=self._span(tree))
        kind, within, where = cast("tuple[s.Name, s.Expr | None, s.Expr | None]", found)
        return s.Tier(None, kind, where, word, weight, limit, further, within, span=self._span(tree))

    def _any(self, tree: _Tree) -> tuple[s.Name, s.Expr | None, s.Expr | None]:
        kind, within, where = tree.children
        return self._name(kind), self._node(within), self._node(where)

    def _sharing(self, tree: _Tree) -> tuple[s.Name, s.Expr | None, tuple[s.Measure, ...]]:
        word, weight, *further = tree.children
        return self._name(word), self._node(weight), tuple(self._node(one) for one in further)

    def _further(self, tree: _Tree) -> s.Measure:
        return s.Measure(self._name(tree.children[0]), self._node(tree.children[1]), span=self._span(tree))

    def _undirected(self, tree: _Tree) -> s.Measure:
        parts = [self._name(part) for part in tree.children]
        span = Span(parts[0].span.start, parts[-1].span.end)
        return s.Measure(s.Name(".".join(part.text for part in parts), span=span), None, span=self._span(tree))

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
        wait, since, unless, action = (self._node(child) for child in tree.children)
        return s.Timer("every", action, wait, since, unless, span=self._span(tree))

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
