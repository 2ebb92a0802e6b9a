"""The journal: every event that was decided, with its outcome, in one chain that is only added to."""
