"""What is raised while a node's database is away: by Django, for whatever the server or the wire did.

Pages answer it with 503 and the way on (`config.health`); workers wait and try again, and never
count it as a failure of the work.
"""

from django.db import InterfaceError, OperationalError

DATABASE_AWAY = (OperationalError, InterfaceError)
