from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_requests_of_everybody")]

    operations = [
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("chain", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("asker_node", models.CharField(max_length=2)),
                ("asker_place", models.CharField(max_length=6)),
                ("asker_authority", models.CharField(max_length=18)),
                ("answerer_node", models.CharField(max_length=2)),
                ("answerer_place", models.CharField(max_length=6)),
                ("answerer_authority", models.CharField(max_length=18)),
                ("number", models.CharField(blank=True, max_length=21)),
                ("days", models.PositiveSmallIntegerField()),
                ("state", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("arrived_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("question", models.CharField(max_length=64)),
                ("withdrawal_asked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["asker_authority", "-asked_at"], name="inquiries_out"),
                    models.Index(fields=["answerer_authority", "-asked_at"], name="inquiries_in"),
                    models.Index(
                        condition=Q(("number", ""), _negated=True),
                        fields=["number"],
                        name="inquiries_of_case",
                    ),
                    models.Index(
                        condition=Q(("state__in", ["arrived", "asked"])),
                        fields=["due_on"],
                        name="inquiries_unanswered",
                    ),
                ],
            },
        ),
    ]
