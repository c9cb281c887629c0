"""Makes the shipped data files of places from two public tables; needs the development packages.

Nothing here runs in a node. `divisions.build()` is compared with the committed file by the tests
and by `tongban jurisdictions read --check`.
"""
