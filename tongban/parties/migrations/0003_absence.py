from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_manager")]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT, related_name="+", to="parties.officer"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE,
                        related_name="absences",
                        to="parties.officer",
                    ),
                ),
                (
                    "substitute",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=models.deletion.PROTECT,
                        related_name="stands_in",
                        to="parties.officer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["officer", "until_on"], name="absence_of_officer")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until_on__gte", models.F("from_on"))),
                        name="absence_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("substitute", models.F("officer")), _negated=True),
                        name="nobody_stands_in_for_herself",
                    ),
                ],
            },
        ),
    ]
