"""The file of a pay ledger, what closing one reads, and what leaves it: reports, exports."""
