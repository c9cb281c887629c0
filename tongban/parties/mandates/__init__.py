"""Mandates: who may file for whom, for which items, until when."""
