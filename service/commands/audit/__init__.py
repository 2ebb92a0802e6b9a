"""What `meed audit` does, a module a verb."""
