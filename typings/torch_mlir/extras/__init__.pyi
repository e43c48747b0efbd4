"""The importers."""
