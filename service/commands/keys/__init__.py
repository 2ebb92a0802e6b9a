"""What `meed keys` does: one module for commands that change keys, one for what is shown."""
