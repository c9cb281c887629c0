"""Reads the two published lists into facts; nothing here needs a database."""
