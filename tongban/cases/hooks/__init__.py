"""Business systems hear of their own authority's cases: signed calls, tried again, nothing personal."""
