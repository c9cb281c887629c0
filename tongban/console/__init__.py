"""The command line: a door like the others. It translates words and never decides."""
