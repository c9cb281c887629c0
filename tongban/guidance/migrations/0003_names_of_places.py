import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# Pairs of characters, for the names that places give to items. They come in with the row: for
# 100,000 names an SQL function alone would take a quarter of a minute. Single characters are not
# kept: hundreds of places would answer to each.
MAKE = """
ALTER TABLE guidance_localentry
  ALTER COLUMN pairs TYPE text[], ALTER COLUMN initial_pairs TYPE text[];
CREATE INDEX search_local_pairs ON guidance_localentry USING gin (pairs);
CREATE INDEX search_local_initial_pairs ON guidance_localentry USING gin (initial_pairs);
CREATE INDEX search_local_name ON guidance_localentry (name text_pattern_ops);
CREATE INDEX search_local_pinyin ON guidance_localentry (pinyin text_pattern_ops);
"""
UNMAKE = """
DROP INDEX search_local_pinyin;
DROP INDEX search_local_name;
DROP INDEX search_local_initial_pairs;
DROP INDEX search_local_pairs;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0003_implementations"),
        ("guidance", "0002_grams"),
    ]

    operations = [
        migrations.CreateModel(
            name="LocalEntry",
            fields=[
                (
                    "implementation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="catalogue.implementation",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalogue.item",
                    ),
                ),
                ("place", models.CharField(max_length=6)),
                ("shown", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=200)),
                ("initials", models.CharField(max_length=200)),
                ("pinyin", models.CharField(max_length=1200)),
                (
                    "pairs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), size=None
                    ),
                ),
                (
                    "initial_pairs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), size=None
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["place", "item"], name="search_local_by_place")],
            },
        ),
        migrations.CreateModel(
            name="PlaceReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=6)),
                ("pinyin", models.CharField(db_index=True, max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "pinyin"), name="place_reading_once")
                ],
            },
        ),
        migrations.RunSQL(MAKE, UNMAKE),
    ]
