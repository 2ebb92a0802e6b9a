"""Intake: raw rows become typed facts, and every row that cannot be used is reported."""
