"""Evaluation: values, facts, plans, assignment, incentives, explanation, fairness, simulation."""

from .jobs import Assignment, Simulation, assign, explain, simulate

__all__ = ["Assignment", "Simulation", "assign", "explain", "simulate"]
