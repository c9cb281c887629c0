"""Pages of oversight, by subject."""
