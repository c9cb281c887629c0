"""What the web server calls."""

import os
import sys

from django.core.wsgi import get_wsgi_application

# A page asks the database a dozen times and needs the interpreter after each answer. Python lets
# another thread keep it for 5 ms unless told otherwise, which is longer than the answer took.
sys.setswitchinterval(0.0005)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
application = get_wsgi_application()
