import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jurisdictions", "0001_initial"),
        ("parties", "0003_absence"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="officer",
            name="officer_roles_are_known",
        ),
        migrations.AlterField(
            model_name="officer",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("receiver", "收件"),
                        ("decider", "审批"),
                        ("operator", "运维"),
                        ("manager", "事项管理"),
                        ("leader", "科室负责人"),
                    ],
                    max_length=12,
                ),
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "roles__contained_by",
                        ["receiver", "decider", "operator", "manager", "leader"],
                    ),
                    ("roles__len__gte", 1),
                ),
                name="officer_roles_are_known",
            ),
        ),
    ]
