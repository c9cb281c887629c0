"""The worker: a door for machines. It sends, receives and does what is due; it never decides."""
