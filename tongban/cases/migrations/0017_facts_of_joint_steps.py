"""A fact that a partner contradicts, and one that the lead looks up by other means. Additive."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0016_chasing")]

    operations = [
        migrations.AlterField(
            model_name="jointstep",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "asked"),
                    ("arrived", "arrived"),
                    ("done", "done"),
                    ("contradicted", "contradicted"),
                    ("refused", "refused"),
                    ("stopped", "stopped"),
                    ("undo_asked", "undo_asked"),
                    ("undo_arrived", "undo_arrived"),
                    ("undone", "undone"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="JointOtherwise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=21)),
                ("round", models.PositiveIntegerField()),
                ("key", models.CharField(max_length=40)),
                ("how", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("number", "round", "key"),
                        name="a_fact_is_looked_up_otherwise_once",
                    )
                ],
            },
        ),
    ]
