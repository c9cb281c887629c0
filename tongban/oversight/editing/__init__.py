"""Editing a draft section by section: forms in, content out."""
