"""Assigning: rules and tiers, who may have a fact and who not and why, and who gets it."""
