"""Pay: what schemes earn each rep in each period, what limits leave of it, and when it may be paid."""
