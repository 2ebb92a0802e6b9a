"""The ways in: command line, HTTP, stores and importers."""
