"""Fair pay: what reps are paid for the same result, by group, and what one more deal would pay them."""
