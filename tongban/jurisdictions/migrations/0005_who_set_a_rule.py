"""A rule that a place set says who entered it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jurisdictions", "0004_keys_of_suites")]

    operations = [
        migrations.AddField(
            model, "set_by", models.CharField(blank=True, default="", max_length=40)
        )
        for model in ("correctionrule", "lightrule")
    ]
