"""`{% load components %}`: one tag per component; docs/how-to/make-a-page.md shows each."""

from django.template import Library

from tongban.ui.tags import blocks, dates, figures, forms, marks, moves, remembering, tables

register = Library()
for _family in (marks, blocks, moves, dates, forms, tables, figures, remembering):
    register.tags.update(_family.register.tags)
    register.filters.update(_family.register.filters)
