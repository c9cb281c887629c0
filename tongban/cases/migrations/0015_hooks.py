import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_lists_of_an_office"),
        ("parties", "0006_officers_of_systems"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hook",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("url", models.CharField(max_length=500)),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None
                    ),
                ),
                ("secret_sealed", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hooks",
                        to="parties.apiclient",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Push",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=21)),
                ("seq", models.PositiveIntegerField(default=0)),
                ("event", models.CharField(max_length=30)),
                ("state", models.CharField(blank=True, max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "fate",
                    models.CharField(
                        choices=[
                            ("waiting", "等发送"),
                            ("sent", "已发送"),
                            ("failed", "没有发出"),
                            ("dropped", "不用再发"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("next_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease", models.UUIDField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=200)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "hook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pushes",
                        to="cases.hook",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="hook",
            constraint=models.UniqueConstraint(
                fields=("client", "url"), name="one_hook_an_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="hook",
            constraint=models.CheckConstraint(
                condition=models.Q(("events__len__gte", 1)), name="a_hook_hears_something"
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                condition=models.Q(("fate", "waiting")), fields=["next_at"], name="pushes_to_do"
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                condition=models.Q(("fate", "failed")), fields=["-ended_at"], name="pushes_failed"
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                condition=models.Q(("fate", "sent")), fields=["ended_at"], name="pushes_sent"
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("hook", "number", "seq"),
                name="pushed_once_a_hook",
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease", None), ("leased_until", None)),
                    models.Q(("lease__isnull", False), ("leased_until__isnull", False)),
                    _connector="OR",
                ),
                name="a_push_lease_has_its_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fate", "waiting"), ("ended_at__isnull", False), _connector="XOR"
                ),
                name="only_a_waiting_push_has_no_end",
            ),
        ),
    ]
