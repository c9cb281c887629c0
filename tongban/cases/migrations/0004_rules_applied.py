from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_local_versions")]

    operations = [
        migrations.CreateModel(
            name="RulesApplied",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(max_length=20)),
                ("place", models.CharField(blank=True, max_length=6)),
                ("number", models.PositiveIntegerField()),
                ("moved", models.PositiveIntegerField()),
                ("left", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "place", "number"), name="rules_are_applied_once"
                    )
                ],
            },
        ),
    ]
