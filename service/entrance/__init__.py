"""Who and what is let in: keys, scopes, lanes, connections."""
