from django.db import migrations, models

import tongban.cases.joint.standing


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_papers_and_documents")]

    operations = [
        migrations.CreateModel(
            "JointStep",
            [
                ("chain", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=21)),
                ("item", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=40)),
                ("place", models.CharField(max_length=40)),
                ("round", models.PositiveIntegerField()),
                ("lead_node", models.CharField(max_length=8)),
                ("lead_authority", models.CharField(max_length=18)),
                ("partner_node", models.CharField(max_length=8)),
                ("partner_authority", models.CharField(max_length=18)),
                ("partner_place", models.CharField(max_length=6)),
                ("applicant_node", models.CharField(max_length=8)),
                ("days", models.PositiveSmallIntegerField()),
                ("undo_days", models.PositiveSmallIntegerField()),
                ("has_undo", models.BooleanField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (s.value, s.value) for s in tongban.cases.joint.standing.StepState
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "holder",
                    models.CharField(
                        choices=[(s.value, s.value) for s in tongban.cases.joint.standing.Side],
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("arrived_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("undo_asked_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("asked", models.CharField(blank=True, max_length=64)),
                ("answer", models.CharField(blank=True, max_length=64)),
                ("undo", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["number", "asked_at"], name="joint_steps_of_case"),
                    models.Index(
                        condition=models.Q(("holder", "partner")),
                        fields=["partner_authority", "due_on", "chain"],
                        name="joint_steps_in_hand",
                    ),
                    models.Index(
                        fields=["partner_authority", "-asked_at"], name="joint_steps_of_partner"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "JointStop",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=21)),
                ("round", models.PositiveIntegerField()),
                ("reason", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("number", "round"), name="a_round_stops_once")
                ],
            },
        ),
    ]
