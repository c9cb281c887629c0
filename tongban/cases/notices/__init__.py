"""Notices to the people of a case: in the portal always, through channels where a node has some."""
