"""A model of the baton and the mailbox protocol, small enough that every state of it is looked at.

It stands to the code as a map to the land: the moves are those of `cases/states.py`, and outbox,
relay, mailbox, inbox and receipt do here what they do in `exchange` and `worker`, one transaction
or one act of the broker a step. A test plays random histories through the code's own fold and
through the model's, and finds them the same.
"""
