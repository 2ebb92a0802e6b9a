"""Bundles of policy files: loading, versions, tests, comparison, and the shipped library."""
