from importlib import import_module

from django.db import migrations, models

before = import_module("tongban.exchange.migrations.0002_wake_and_take_in")

# The same function with one thing more to keep; the older one stays away, or a call would fit both.
TAKE_IN = (
    before.TAKE_IN.replace("  at timestamptz)", "  at timestamptz, the_fingerprint text)")
    .replace("attempts, settled_by)", "attempts, settled_by, fingerprint)")
    .replace("'', '', '', 1, '')", "'', '', '', 1, '', the_fingerprint)")
)
DROP_OLD = "DROP FUNCTION exchange_take_in(text, uuid, text, text, int, timestamptz);"
DROP_NEW = "DROP FUNCTION exchange_take_in(text, uuid, text, text, int, timestamptz, text);"


class Migration(migrations.Migration):
    dependencies = [("exchange", "0004_reconciling")]

    operations = [
        migrations.AddField(
            "received", "fingerprint", models.CharField(max_length=64, default="", db_default="")
        ),
        migrations.RunSQL(DROP_OLD + TAKE_IN, DROP_NEW + before.TAKE_IN),
    ]
