"""The pages and buttons of the desk, split by what they are about."""
