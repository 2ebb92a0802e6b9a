"""Targets: goals of people and periods, where each is from, and whether it can be reached."""
