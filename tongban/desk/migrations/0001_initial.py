from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("parties", "0002_manager")]

    operations = [
        migrations.CreateModel(
            name="SavedQueue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("side", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=20)),
                ("filters", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                (
                    "officer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.deletion.CASCADE,
                        related_name="saved_queues",
                        to="parties.officer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("officer", "side", "name"), name="one_saved_queue_a_name"
                    )
                ],
            },
        ),
    ]
