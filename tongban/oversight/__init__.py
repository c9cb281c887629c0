"""The oversight door: how the nodes are, and what waits between them."""
