"""Numbers: weights, parts of a whole, evenness and chance, before anything is known about their meaning."""
