"""The watches of the policy in force, run over the journal of a service."""
