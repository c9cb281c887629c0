"""The parts of `./run bench`: what is measured, how, and on what."""
