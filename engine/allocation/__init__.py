"""Allocation: many facts at once, and moves that even out what people hold; exact, explained, the same in any order."""
