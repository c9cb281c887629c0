from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_rules_applied"), ("parties", "0003_absence")]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.BinaryField(blank=True, default=b"")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT, related_name="+", to="parties.officer"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="handovers", to="cases.case"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT, related_name="+", to="parties.officer"
                    ),
                ),
                (
                    "was_with",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT, related_name="+", to="parties.officer"
                    ),
                ),
            ],
        ),
    ]
