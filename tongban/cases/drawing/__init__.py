"""Pictures of OFD papers (GB/T 33190): read within bounds, drawn as SVG, set as a PDF by typst.

All of it but `sketches` runs in a process of its own (`child`) that has no settings, no keys and
no database, and that the system ends when it takes too long or too much. So nothing here imports
Django, except `sketches`, which starts that process and keeps what it made.
"""
