"""The scalar evaluator: one value at a time, simple, exact, with its derivation."""
