from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_joint_steps")]

    operations = [
        migrations.AddField("request", "by", models.CharField(default="applicant", max_length=10)),
        migrations.AddField(
            "request", "authority", models.CharField(blank=True, default="", max_length=18)
        ),
        migrations.AddField("request", "is_ours", models.BooleanField(default=True)),
        migrations.AddField("request", "said", models.BinaryField(default=b"")),
        # Wider than before: one open request of a kind for each who asks.
        migrations.RemoveConstraint("request", "one_open_request_a_kind"),
        migrations.AddConstraint(
            "request",
            models.UniqueConstraint(
                condition=Q(answered_at=None, is_ours=True),
                fields=("number", "kind", "by"),
                name="one_open_request_a_kind",
            ),
        ),
        migrations.AddIndex(
            "request",
            models.Index(condition=Q(answered_at=None), fields=["number"], name="requests_open"),
        ),
    ]
