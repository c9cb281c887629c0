from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.CharField(max_length=80)),
                ("key", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64)),
                ("answer", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "key"), name="one_call_a_key")
                ]
            },
        ),
    ]
