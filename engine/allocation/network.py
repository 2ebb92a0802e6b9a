"""Flows of whole units at the least cost, with a proof that none costs less.

A network is a list of arcs with whole bounds. OR-Tools finds the flow (its cost-scaling method, on 64-bit whole
numbers); what it gives is checked here: the bounds, what enters and leaves every node, and the proof that the cost is
least. That proof is a potential for every node under which no arc that could take more has a negative reduced cost
(Ahuja, Magnanti & Orlin, "Network Flows", theorem 9.3); it is found by Bellman and Ford's method on what is left of the
network, which fails exactly if there is a cycle of negative cost, along which the flow could be made cheaper.

The same potentials say which flows cost as little: those that leave arcs of positive reduced cost at their lower bound
and arcs of negative reduced cost at their upper one. So `among_the_best` narrows the bounds of a network, and a second
wish is met among all flows that meet the first one best, without adding up what cannot be added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "CostsTooLarge", "Flow", "Network", "NotLeastCost", "SolverMissing", "Whole", "min_cost_flow"]

Whole: TypeAlias = NDArray[np.int64]

LARGEST = 2**61
"""The largest magnitude that a sum of costs along a path may have."""


class SolverMissing(RuntimeError):
    """OR-Tools is not installed."""

    help = "install meed with the extra `allocate`: pip install 'meed-engine[allocate]'"

    def __init__(self) -> None:
        super().__init__("this takes a solver that is not installed")


class NotLeastCost(RuntimeError):
    """A flow that is not what the solver says it is: a defect, never a matter of what was given."""


class CostsTooLarge(ValueError):
    """Costs whose sums do not fit in 64 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Nodes from 0 to `nodes`, what each supplies (negative: takes), and arcs with bounds; int64 arrays."""

    supply: Whole
    tail: Whole
    head: Whole
    lower: Whole
    upper: Whole

    @property
    def nodes(self) -> int:
        """How many there are."""
        return len(self.supply)

    def among_the_best(self, best: Flow) -> Network:
        """The network of which every flow costs as little as `best`, and every such flow is one."""
        gain = best.reduced
        lower = np.where(gain < 0, self.upper, self.lower)
        upper = np.where(gain > 0, self.lower, self.upper)
        return replace(self, lower=lower, upper=upper)


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Units on every arc, and the reduced costs that prove that no flow costs less."""

    units: Whole
    reduced: Whole


def min_cost_flow(network: Network, cost: Whole) -> Flow | None:
    """A flow of least total cost; None where the bounds allow none.

    Raises `SolverMissing`, `CostsTooLarge`, and `NotLeastCost` where the proof fails.
    """
    if len(cost) and int(np.abs(cost).max()) * (network.nodes + 2) > LARGEST:
        raise CostsTooLarge("the costs of a flow do not fit in 64 bits")
    if bool((network.lower > network.upper).any()):
        return None
    units = _solved(network, cost)
    if units is None:
        return None
    _must_be_a_flow(network, units)
    return Flow(units, cost + _potential_differences(network, units, cost))


def _solved(network: Network, cost: Whole) -> Whole | None:
    """What the solver finds. Arcs that are fixed by their bounds are not shown to it."""
    try:
        from ortools.graph.python import min_cost_flow as solver  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise SolverMissing from None
    free = np.flatnonzero(network.upper > network.lower)
    must = network.lower
    supply = network.supply.copy()
    np.subtract.at(supply, network.tail, must)
    np.add.at(supply, network.head, must)
    flow: Any = solver.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        network.tail[free].astype(np.int32),
        network.head[free].astype(np.int32),
        (network.upper - must)[free],
        cost[free],
    )
    flow.set_nodes_supplies(np.arange(network.nodes, dtype=np.int32), supply)
    status = flow.solve()
    if status in {flow.INFEASIBLE, flow.UNBALANCED}:
        return None
    if status != flow.OPTIMAL:
        raise NotLeastCost(f"the solver of flows gave up: {status}")
    units = must.copy()
    units[free] += flow.flows(np.arange(len(free), dtype=np.int32)).astype(np.int64)
    return units


def _must_be_a_flow(network: Network, units: Whole) -> None:
    left = network.supply.copy()
    np.subtract.at(left, network.tail, units)
    np.add.at(left, network.head, units)
    if bool(left.any()) or bool(((units < network.lower) | (units > network.upper)).any()):
        raise NotLeastCost("the solver of flows broke a bound")


def _potential_differences(network: Network, units: Whole, cost: Whole) -> Whole:
    """Potential of the tail less that of the head, arc by arc; raises `NotLeastCost` for a negative cycle."""
    forth = np.flatnonzero(units < network.upper)
    back = np.flatnonzero(units > network.lower)
    forth = forth[np.argsort(network.head[forth], kind="stable")]
    heads = network.head[forth]
    starts = np.flatnonzero(np.diff(heads, prepend=-1))
    ends, tails, costs = heads[starts], network.tail[forth], cost[forth]
    back_tails, back_heads, back_costs = network.tail[back], network.head[back], cost[back]
    distance = np.zeros(network.nodes, dtype=np.int64)
    for _ in range(network.nodes + 1):
        before = distance.copy()
        if len(starts):
            distance[ends] = np.minimum(distance[ends], np.minimum.reduceat(distance[tails] + costs, starts))
        np.minimum.at(distance, back_tails, distance[back_heads] - back_costs)
        if np.array_equal(before, distance):
            return distance[network.tail] - distance[network.head]
    raise NotLeastCost("the solver of flows left a cheaper flow")
