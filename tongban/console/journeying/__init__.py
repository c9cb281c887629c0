"""The parts of `./run journey`: people at their browsers, what they do, what must come of it."""
