import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0017_facts_of_joint_steps"),
        ("parties", "0005_mandates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="mandate",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="parties.mandate",
            ),
        ),
        migrations.CreateModel(
            name="ContactProof",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("sms", "短信"),
                            ("mail", "电子邮件"),
                            ("webhook", "推送到其他系统"),
                        ],
                        max_length=10,
                    ),
                ),
                ("match", models.CharField(max_length=64)),
                ("address_sealed", models.BinaryField()),
                ("code_sealed", models.BinaryField(blank=True, default=b"")),
                ("made_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("sends", models.PositiveSmallIntegerField(default=0)),
                ("sends_on", models.DateField(null=True)),
                ("proved_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_proofs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["expires_at"],
                        condition=models.Q(("proved_at", None), ("sent_at", None)),
                        name="codes_to_send",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "channel", "match"), name="one_proof_an_address"
                    )
                ],
            },
        ),
    ]
