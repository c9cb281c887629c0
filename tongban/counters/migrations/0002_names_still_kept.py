"""Finding the appointments whose name is still kept costs what they are, not what was forgotten."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("counters", "0001_initial")]

    operations = [
        migrations.AddIndex(
            "appointment",
            models.Index(fields=["slot"], name="appointments_named", condition=~Q(who_sealed=b"")),
        ),
    ]
