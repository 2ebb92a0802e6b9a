"""The verbs of `meed ledger`."""
