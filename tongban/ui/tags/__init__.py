"""The template tags, by family; templatetags/components.py gathers them."""
