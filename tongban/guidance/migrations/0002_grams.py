from django.db import migrations

# Single characters and pairs, so that a word of one or two characters is found by index: the
# trigrams of pg_trgm do not help those. Immutable, because columns are generated with it.
MAKE = """
CREATE FUNCTION guidance_grams(s text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT g), '{}')
  FROM generate_series(1, length(s)) AS i, LATERAL (VALUES (substr(s, i, 1)), (substr(s, i, 2))) AS v(g)
  WHERE g !~ '\\s' AND g <> ''
$$;
ALTER TABLE guidance_searchentry
  ADD COLUMN grams text[] GENERATED ALWAYS AS (guidance_grams(text)) STORED,
  ADD COLUMN initial_grams text[] GENERATED ALWAYS AS (guidance_grams(initials)) STORED;
CREATE INDEX search_grams ON guidance_searchentry USING gin (grams);
CREATE INDEX search_initial_grams ON guidance_searchentry USING gin (initial_grams);
CREATE INDEX search_pinyin_start ON guidance_searchentry (pinyin text_pattern_ops);
"""
UNMAKE = """
DROP INDEX search_pinyin_start;
DROP FUNCTION guidance_grams(text) CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("guidance", "0001_initial")]

    operations = [migrations.RunSQL(MAKE, UNMAKE)]
