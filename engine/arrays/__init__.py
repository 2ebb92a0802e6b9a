"""Arrays: exact columns of whole numbers, fractions and texts, that never wrap and never round by themselves."""
