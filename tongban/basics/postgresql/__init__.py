"""Django's PostgreSQL, with a server that takes no writes counted as one that is away."""
