import django.db.models.deletion
from django.db import migrations, models

# The one reason that a draft has kept until now; who gave it is known unless it was published since.
KEPT = """
INSERT INTO catalogue_sentback (draft_id, why, by, at)
SELECT id, sent_back_why,
  CASE WHEN state = 'published' THEN '' ELSE reviewed_by END, coalesce(reviewed_at, saved_at)
FROM catalogue_draft WHERE sent_back_why <> ''
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0006_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="PreparedRenewal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=6)),
                ("said", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待确认"),
                            ("confirmed", "已确认"),
                            ("sent-back", "已退回"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("prepared_by", models.CharField(max_length=40)),
                ("prepared_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=40)),
                ("decided_at", models.DateTimeField(null=True)),
                ("why", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["prepared_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SentBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.TextField()),
                ("by", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="itemchange",
            name="confirmed_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddConstraint(
            model_name="itemchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", ""),
                    models.Q(("confirmed_by", models.F("by")), _negated=True),
                    _connector="OR",
                ),
                name="item_change_confirmed_by_another",
            ),
        ),
        migrations.AddField(
            model_name="preparedrenewal",
            name="change",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="prepared_as",
                to="catalogue.itemchange",
            ),
        ),
        migrations.AddField(
            model_name="sentback",
            name="draft",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sent_back",
                to="catalogue.draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="preparedrenewal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("digest",),
                name="renewal_waits_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="preparedrenewal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["confirmed", "sent-back"]), _negated=True),
                    models.Q(("decided_by", models.F("prepared_by")), _negated=True),
                    _connector="OR",
                ),
                name="renewal_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="preparedrenewal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", ""), ("state", "waiting")),
                    models.Q(
                        models.Q(("state", "waiting"), _negated=True),
                        models.Q(("decided_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="renewal_says_who_decided",
            ),
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
