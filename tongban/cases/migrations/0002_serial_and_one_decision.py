from django.db import migrations

MAKE = """
CREATE SEQUENCE cases_serial MAXVALUE 999999 CYCLE;
-- One decision a case, held by the database whatever the code above it does.
CREATE UNIQUE INDEX one_decision_a_case ON record_entry (chain) WHERE kind IN ('approve', 'deny');
"""
DROP = """
DROP INDEX one_decision_a_case;
DROP SEQUENCE cases_serial;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("record", "0002_append_only")]

    operations = [migrations.RunSQL(MAKE, DROP)]
