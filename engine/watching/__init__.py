"""Event rules: what a `watch` says, held by a forward-chaining rules engine in a process of its own."""
