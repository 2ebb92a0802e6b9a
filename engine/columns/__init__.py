"""The columnar evaluator: many values at once, on exact integer columns."""
