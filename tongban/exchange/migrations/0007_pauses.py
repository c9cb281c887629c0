from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("exchange", "0006_flows")]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "recipient",
                    models.CharField(max_length=8, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=500)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=1, db_default=1)),
            ],
        ),
        migrations.AddField(
            "nodecontact",
            "mailbox_message_limit",
            models.PositiveBigIntegerField(default=0, db_default=0),
        ),
        migrations.AddField(
            "received", "owner", models.CharField(max_length=150, default="", db_default="")
        ),
        migrations.AddField("received", "owned_at", models.DateTimeField(null=True)),
        # The relay asks by recipient now, so that one who is away is stepped over as a whole.
        migrations.AddIndex(
            "outgoing",
            models.Index("recipient", "id", name="unsent_for_a_node", condition=Q(sent_at=None)),
        ),
        migrations.RemoveIndex("outgoing", "unsent_in_order"),
    ]
