"""Tags of this door's own pages."""
