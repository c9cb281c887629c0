from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("exchange", "0010_what_was_refused")]

    operations = [
        migrations.AddIndex(
            "outgoing",
            models.Index(
                "recipient",
                "id",
                name="unsent_with_papers",
                condition=Q(sent_at=None) & ~Q(files=[]),
            ),
        ),
    ]
