from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0007_pauses")]

    operations = [
        migrations.CreateModel(
            name="FileUnderway",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recipient", models.CharField(max_length=8)),
                ("digest", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=32)),
                ("key", models.CharField(max_length=200)),
                ("content", models.BinaryField()),
                ("head", models.BinaryField()),
                ("begun_at", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            "fileunderway",
            models.UniqueConstraint(
                fields=["recipient", "digest"], name="one_upload_underway_a_paper"
            ),
        ),
    ]
