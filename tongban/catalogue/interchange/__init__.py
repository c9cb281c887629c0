"""The catalogue in files: templates, readers, writers and the tables of columns between them."""
