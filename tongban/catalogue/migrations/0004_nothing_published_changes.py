from django.db import migrations, models

# What any publisher has published is law for the cases under it, and evidence of who said what: a
# change is a new version, never an edit. No row is updated or deleted, and no table is emptied.
FROZEN = ("catalogue_itemversion", "catalogue_implementationversion", "catalogue_publication")
REFUSE = """
CREATE FUNCTION catalogue_refuse_any_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what is published is frozen: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
ROWS = "".join(
    f"CREATE TRIGGER {table}_is_frozen BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_any_change();\n"
    for table in FROZEN[1:]  # the first has its own since migration 0002
)
TABLES = "".join(
    f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION catalogue_refuse_any_change();\n"
    for table in FROZEN
)
ALLOW = "DROP FUNCTION catalogue_refuse_any_change() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_implementations")]

    operations = [
        migrations.RunSQL(REFUSE + ROWS + TABLES, ALLOW),
        migrations.CreateModel(
            name="Told",
            fields=[
                (
                    "publisher",
                    models.CharField(max_length=8, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("as_of", models.DateTimeField(help_text="the hub's moment, not ours")),
            ],
        ),
        migrations.AddConstraint(
            model_name="itemversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("published_by", ""))
                | ~models.Q(("published_by", models.F("drafted_by"))),
                name="item_version_published_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="implementationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("published_by", ""))
                | ~models.Q(("published_by", models.F("drafted_by"))),
                name="implementation_version_published_by_another",
            ),
        ),
    ]
