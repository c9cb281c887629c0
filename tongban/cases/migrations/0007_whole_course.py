import django.db.models.deletion
from django.db import migrations, models

STATES = [
    "draft", "submitted", "received", "returned", "handed_over", "pending", "correction",
    "awaiting_originals", "under_review", "special_procedure", "suspended", "joint",
    "decision_proposed", "approved", "denied", "result_issued", "in_delivery", "closed",
    "not_accepted", "withdrawn", "terminated", "reopened",
]  # fmt: skip


class Migration(migrations.Migration):
    """The whole course of a case. Rows folded before are folded anew: `./run case rebuild`."""

    dependencies = [("cases", "0006_notices"), ("parties", "0004_leader")]

    operations = [
        migrations.RemoveField(model_name="case", name="acceptance_used"),
        migrations.AddField("case", "attempts", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("case", "clocks", models.JSONField(default=dict)),
        migrations.AddField("case", "extended", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("case", "is_deemed", models.BooleanField(default=False)),
        migrations.AddField("case", "is_two_person", models.BooleanField(default=False)),
        migrations.AddField(
            "case", "joint", models.CharField(blank=True, default="", max_length=10)
        ),
        migrations.AddField("case", "procedure", models.JSONField(default=dict)),
        migrations.AddField("case", "proposal", models.JSONField(default=dict)),
        migrations.AddField("case", "receivers", models.JSONField(default=list)),
        migrations.AlterField(
            "case",
            "state",
            models.CharField(choices=[(state, state) for state in STATES], max_length=20),
        ),
        migrations.CreateModel(
            name="Countersignature",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("act", models.CharField(max_length=20)),
                ("terms", models.JSONField(default=dict)),
                ("reason", models.BinaryField()),
                ("asked_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("note", models.BinaryField(default=b"")),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.officer",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="countersignatures",
                        to="cases.case",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.officer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["case", "asked_at"], name="countersigned_of_case")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("refused_at", None), ("used_at", None)),
                        fields=("case", "act"),
                        name="one_open_countersignature_an_act",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_by", None),
                            models.Q(("signed_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_countersigns_oneself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("clock", models.CharField(max_length=20)),
                ("since", models.DateTimeField()),
                (
                    "light",
                    models.CharField(choices=[("amber", "amber"), ("red", "red")], max_length=5),
                ),
                ("holder", models.CharField(max_length=10)),
                ("authority", models.CharField(blank=True, max_length=18)),
                ("due_on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alarms",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["authority", "light", "-at"], name="alarms_of_office")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "clock", "since", "light"), name="alarms_once_a_light"
                    )
                ],
            },
        ),
    ]
