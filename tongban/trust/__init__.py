"""Signatures, encryption and keys of a node: two suites behind one small interface."""
