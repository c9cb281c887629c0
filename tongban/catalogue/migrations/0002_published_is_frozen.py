from django.db import migrations

# What is published is law for the cases under it: a change is a new version, never an edit.
FREEZE = """
CREATE FUNCTION catalogue_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'version % of item % is published and frozen: % is refused',
    OLD.number, OLD.item_id, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER catalogue_version_is_frozen BEFORE UPDATE OR DELETE ON catalogue_itemversion
  FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_change();
"""
THAW = "DROP FUNCTION catalogue_refuse_change() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [migrations.RunSQL(FREEZE, THAW)]
