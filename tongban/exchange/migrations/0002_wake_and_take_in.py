from django.db import migrations

# In a trigger, so that no way of writing a message can forget to wake the relay. But only a relay
# that sleeps is woken: PostgreSQL lets transactions with a NOTIFY commit one after another, with a
# flush of the disk each, which made 16 writers ten times slower. A sleeping relay holds this lock
# alone. Whoever writes while it is awake holds the lock with others until the end of his
# transaction, and the relay does not fall asleep before all of those have ended.
WAKE = """
CREATE FUNCTION exchange_wake_relay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock_shared(722001) THEN
    PERFORM pg_notify('exchange_outgoing', '');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER exchange_outgoing_wakes_relay AFTER INSERT ON exchange_outgoing
  FOR EACH STATEMENT EXECUTE FUNCTION exchange_wake_relay();
"""
SLEEP = "DROP FUNCTION exchange_wake_relay() CASCADE"

# Holds the subject until the transaction ends, then writes the trace of a message; no row when it
# is there already. One function, because each way to the database and back costs as much as the
# work itself. Each statement in it sees what was committed while it waited for the lock.
TAKE_IN = """
CREATE FUNCTION exchange_take_in(
  the_sender text, the_message uuid, the_type text, the_subject text, the_sequence int,
  at timestamptz)
RETURNS TABLE (row_id bigint, has_waiting boolean, is_behind boolean) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(the_subject, 22));
  RETURN QUERY
  WITH taken AS (
    INSERT INTO exchange_received (sender, message_id, type, subject, sequence, state,
        received_at, handled_at, is_verified, code, reason, envelope, attempts, settled_by)
    VALUES (the_sender, the_message, the_type, the_subject, the_sequence, 'handled',
        at, at, true, '', '', '', 1, '')
    ON CONFLICT DO NOTHING RETURNING id)
  SELECT taken.id,
    EXISTS (SELECT FROM exchange_received AS r
      WHERE r.state = 'waiting' AND r.subject = the_subject),
    EXISTS (SELECT FROM exchange_received AS r
      WHERE r.state = 'waiting' AND r.subject = the_subject AND r.sender = the_sender
        AND r.code <> 'gap')
  FROM taken;
END $$;
"""
LEAVE_OUT = "DROP FUNCTION exchange_take_in"


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]

    operations = [migrations.RunSQL(WAKE, SLEEP), migrations.RunSQL(TAKE_IN, LEAVE_OUT)]
