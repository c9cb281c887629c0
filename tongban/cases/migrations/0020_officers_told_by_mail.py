import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0019_draft_papers_say_what_they_are")]

    operations = [
        migrations.AlterField(
            model_name="preference",
            name="mail_sealed",
            field=models.BinaryField(blank=True, db_default=b"", default=b""),
        ),
        migrations.AddField(
            model_name="deskwish",
            name="mail_sealed",
            field=models.BinaryField(blank=True, db_default=b"", default=b""),
        ),
        migrations.AddField(
            model_name="deskwish",
            name="mailed",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="deskwish",
            name="is_quiet_at_night",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AlterField(
            model_name="sending",
            name="notice",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sendings",
                to="cases.notice",
            ),
        ),
        migrations.AddField(
            model_name="sending",
            name="desk_notice",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sendings",
                to="cases.desknotice",
            ),
        ),
        migrations.AddConstraint(
            model_name="deskwish",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("mailed", []), models.Q(("mail_sealed", b""), _negated=True), _connector="OR"
                ),
                name="desk_mail_needs_an_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="sending",
            constraint=models.UniqueConstraint(
                fields=("desk_notice", "channel"), name="sent_to_officer_once_a_channel"
            ),
        ),
        migrations.AddConstraint(
            model_name="sending",
            constraint=models.CheckConstraint(
                condition=models.Q(("notice", None), ("desk_notice", None), _connector="XOR"),
                name="sending_has_one_notice",
            ),
        ),
    ]
