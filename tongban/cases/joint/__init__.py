"""Joint cases (多地联办): one intake and one lead decider, and steps that other places do for it.

A step is a chain of its own between the lead and its partner (`standing`); the plan of steps is
data of the item's version. `operations` has what officers do, `progress` what follows by itself.
"""
