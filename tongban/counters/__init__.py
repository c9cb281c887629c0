"""The counters for cross-place cases (专窗): who comes when, and who is called next.

People choose a half-day with room left; those who just come take a number. Both wait in one queue of
the place's centre, and a public page shows the numbers called, never a name.
"""
