"""Servers and nodes on one machine: what `./run demo` starts, watches and stops."""
