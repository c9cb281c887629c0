from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_whole_course")]

    operations = [
        migrations.AddField(
            "material", "source", models.CharField(blank=True, default="", max_length=10)
        ),
        migrations.AddField(
            "material", "made_from", models.CharField(blank=True, default="", max_length=10)
        ),
        migrations.CreateModel(
            name="PaperLook",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("pages", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="DocumentCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("authority", models.CharField(max_length=18)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "year"), name="one_counter_a_year")
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("case_number", models.CharField(max_length=21)),
                ("seq", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=12)),
                ("authority", models.CharField(max_length=18)),
                ("year", models.PositiveSmallIntegerField()),
                ("serial", models.PositiveIntegerField(null=True)),
                ("number", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("facts", models.BinaryField()),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("printed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["authority", "-at"], name="documents_of_office")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case_number", "seq", "kind"), name="one_document_an_act"
                    ),
                    models.UniqueConstraint(
                        condition=Q(("serial__isnull", False)),
                        fields=("authority", "year", "serial"),
                        name="one_document_a_number",
                    ),
                ],
            },
        ),
    ]
