"""Everything that can happen to a case, one function each, split by who does it."""
