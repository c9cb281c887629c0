import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.db import migrations, models

# Loads, imports, drafts and other nodes' publications all write these tables, each in its own way;
# only the database sees every one of them. One insert a statement, however many rows.
TELL = "INSERT INTO catalogue_change (kind, key, item, place, part, number, is_gone)"
AGAIN = "ON CONFLICT (written_in, kind, key) DO UPDATE SET number = greatest(catalogue_change.number, excluded.number), is_gone = excluded.is_gone"  # fmt: skip
PLACE = "concat_ws(':', i.item_id, i.division_code, i.part), i.item_id, i.division_code, i.part"

STANDARD = "SELECT 'standard', item_id, item_id, '', '', max(number), false FROM {rows} GROUP BY item_id"  # fmt: skip
VERSION = (
    f"SELECT 'implementation', {PLACE}, max(n.number), false FROM {{rows}} n"  # noqa: S608 # ours
    " JOIN catalogue_implementation i ON i.id = n.implementation_id GROUP BY i.id"
)
ROW = f"SELECT 'implementation', {PLACE}, null::integer, false FROM {{rows}} i"  # noqa: S608 # our own names
ROW_CHANGED = ROW + " JOIN old_rows o ON o.id = i.id WHERE i IS DISTINCT FROM o"
ROW_GONE = f"SELECT 'implementation', {PLACE}, null::integer, true FROM {{rows}} i"  # noqa: S608 # our own names
ROLLOUT = "SELECT 'rollout', r.key, '', '', '', null::integer, {gone} FROM {{rows}} r"
ROLLOUT_CHANGED = (
    ROLLOUT.format(gone="false")
    + " JOIN old_rows o ON o.key = r.key WHERE r IS DISTINCT FROM o"
)  # fmt: skip
# Which items a roll-out opens stands in a table of its own.
ROLLOUT_ITEMS = "SELECT DISTINCT 'rollout', rollout_id, '', '', '', null::integer, false FROM {rows} WHERE rollout_id IN (SELECT key FROM catalogue_rollout)"  # fmt: skip

TRIGGERS = [
    ("itemversion", "insert", STANDARD),
    ("implementationversion", "insert", VERSION),
    ("implementation", "insert", ROW),
    ("implementation", "update", ROW_CHANGED),
    ("implementation", "delete", ROW_GONE),
    ("rollout", "insert", ROLLOUT.format(gone="false")),
    ("rollout", "update", ROLLOUT_CHANGED),
    ("rollout", "delete", ROLLOUT.format(gone="true")),
    ("rollout_items", "insert", ROLLOUT_ITEMS),
    ("rollout_items", "delete", ROLLOUT_ITEMS),
]
TABLES = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}


def _trigger(table, event, select):
    name = f"catalogue_tell_{table}_{event}"
    rows = "old_rows" if event == "delete" else "new_rows"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {TELL} {select.format(rows=rows)} {AGAIN};
  RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event.upper()} ON catalogue_{table}
  REFERENCING {TABLES[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


WATCH = "".join(_trigger(*one) for one in TRIGGERS)
UNWATCH = "".join(
    f"DROP FUNCTION catalogue_tell_{table}_{event}() CASCADE;" for table, event, _ in TRIGGERS
)
# What is already there is told once, so that a reader who begins at the beginning learns all of it.
FIRST = ";".join(
    f"{TELL} {select.format(rows=f'catalogue_{table}')} {AGAIN}"
    for table, event, select in TRIGGERS
    if event == "insert" and table != "rollout_items"
)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0005_documents_and_renewal")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("standard", "全国标准"),
                            ("implementation", "实施清单"),
                            ("rollout", "开通范围"),
                        ],
                        max_length=14,
                    ),
                ),
                ("key", models.CharField(max_length=60)),
                ("item", models.CharField(blank=True, db_default="", max_length=12)),
                ("place", models.CharField(blank=True, db_default="", max_length=6)),
                ("part", models.CharField(blank=True, db_default="", max_length=2)),
                ("number", models.PositiveIntegerField(null=True)),
                ("is_gone", models.BooleanField(db_default=False)),
                (
                    "told_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "written_in",
                    models.BigIntegerField(
                        db_default=django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.Cast(
                                models.Func(function="pg_current_xact_id"), models.TextField()
                            ),
                            models.BigIntegerField(),
                        )
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["written_in", "id"], name="change_as_committed")]
            },
        ),
        # An operation of its own: what a table is created with is made only at the end.
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                fields=("written_in", "kind", "key"), name="change_once_a_transaction"
            ),
        ),
        migrations.RunSQL(WATCH, UNWATCH),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
    ]
