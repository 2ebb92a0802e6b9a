"""Whether leads were given fairly: a stream of decisions against what was promised, and what chance would do."""
