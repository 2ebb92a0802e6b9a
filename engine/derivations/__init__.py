"""Derivations: how a payout line came about, as plain steps, as text and as JSON."""
