"""The evidence file of a case: what anyone checks without us, and the program that explains it."""
