from django.db import migrations

WAKE = """
CREATE FUNCTION exchange_wake_relay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('exchange_outgoing', '');
  RETURN NULL;
END $$;
CREATE TRIGGER exchange_outgoing_wakes_relay AFTER INSERT ON exchange_outgoing
  FOR EACH STATEMENT EXECUTE FUNCTION exchange_wake_relay();
"""
SLEEP = "DROP FUNCTION exchange_wake_relay() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]

    # In a trigger, so that no way of writing a message can forget to wake the relay.
    operations = [migrations.RunSQL(WAKE, SLEEP)]
