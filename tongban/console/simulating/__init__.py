"""`./run simulate`: a day of the whole country, on paper and against nodes that run."""
