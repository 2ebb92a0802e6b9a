"""Turns: what everybody is owed of a pool, decks and draws, and the audit of both."""
