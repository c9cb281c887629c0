"""`./run faults`: nodes at work while things break at random, and what must hold afterwards."""
