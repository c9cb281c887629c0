"""Clocks: from moments and a calendar to a ledger that says who had how long, and why.

`counting.reckon` is the one function; a case (`ledger`), the deadline calculator (`reading`) and the
checks (`checking`) all ask it. Nothing here keeps a counter, reads a table or knows what time it is.
"""
