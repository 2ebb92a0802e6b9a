"""The pay ledger: what was earned, became payable and was paid, as entries that are only ever added."""
