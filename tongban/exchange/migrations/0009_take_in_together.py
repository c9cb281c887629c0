from django.db import migrations

# The same as exchange_take_in for several messages at once: all subjects are held first, in the order
# given, then the traces are written. One way to the database for a batch instead of one for each.
# No row for what is there already, and for the second of two in one batch.
TAKE_IN_ALL = """
CREATE FUNCTION exchange_take_in_all(the_subjects text[], the_messages jsonb, at timestamptz)
RETURNS TABLE (the_sender text, the_message uuid, has_waiting boolean) LANGUAGE plpgsql AS $$
DECLARE
  one text;
BEGIN
  FOREACH one IN ARRAY the_subjects LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended(one, 22));
  END LOOP;
  RETURN QUERY
  WITH taken AS (
    INSERT INTO exchange_received (sender, message_id, type, subject, sequence, state,
        received_at, handled_at, is_verified, code, reason, envelope, attempts, settled_by,
        fingerprint)
    SELECT m.sender, m.message, m.type, m.subject, m.sequence, 'handled',
        at, at, true, '', '', '', 1, '', m.fingerprint
    FROM jsonb_to_recordset(the_messages) AS m(sender text, message uuid, type text,
        subject text, sequence int, fingerprint text)
    ON CONFLICT DO NOTHING RETURNING sender, message_id, subject)
  SELECT taken.sender::text, taken.message_id,
    EXISTS (SELECT FROM exchange_received AS r
      WHERE r.state = 'waiting' AND r.subject = taken.subject)
  FROM taken;
END $$;
"""
LEAVE_OUT = "DROP FUNCTION exchange_take_in_all"


class Migration(migrations.Migration):
    dependencies = [("exchange", "0008_uploads_go_on")]

    operations = [migrations.RunSQL(TAKE_IN_ALL, LEAVE_OUT)]
