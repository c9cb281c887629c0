from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_letters_are_told_apart")]

    operations = [
        migrations.AddField(
            model_name="nodecontact",
            name="mailbox_oldest_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Flow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sender", models.CharField(max_length=8)),
                ("recipient", models.CharField(max_length=8)),
                ("process", models.CharField(max_length=16)),
                ("span", models.DateTimeField()),
                ("messages", models.PositiveBigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["span"], name="flow_lately")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sender", "process", "recipient", "span"), name="a_flow_once_a_span"
                    )
                ],
            },
        ),
    ]
