"""What search looks into: one row an item, and one for each name that a place gives an item."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """An item as it can be found: by its name, by what else is said of it, by pinyin.

    `text` is name and keywords in one spelling (lower case, half width); migration 0002 indexes
    its single characters and pairs (`guidance_grams`), so words of one or two characters are found
    as fast as long ones. `initials` and `pinyin` are of the name.
    """

    item = models.OneToOneField("catalogue.Item", models.CASCADE, primary_key=True)
    name = models.CharField(max_length=120)
    text = models.TextField()
    words = SearchVectorField()
    initials = models.CharField(max_length=120)
    pinyin = models.CharField(max_length=700)

    class Meta:
        indexes = [GinIndex(fields=["words"], name="search_words")]

    def __str__(self) -> str:
        return self.name


class LocalEntry(models.Model):
    """What a place calls an item, where that is not what the national list calls it.

    `place` is the division that the name holds for; `name` is in one spelling as in `SearchEntry`,
    `shown` as the place writes it. Indexed in migration 0003.
    """

    implementation = models.OneToOneField(
        "catalogue.Implementation", models.CASCADE, primary_key=True
    )
    item = models.ForeignKey("catalogue.Item", models.CASCADE, db_index=False, related_name="+")
    place = models.CharField(max_length=6)
    shown = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    initials = models.CharField(max_length=200)
    pinyin = models.CharField(max_length=1200)
    pairs = ArrayField(models.CharField(max_length=2))
    initial_pairs = ArrayField(models.CharField(max_length=2))

    class Meta:
        indexes = [models.Index(fields=["place", "item"], name="search_local_by_place")]

    def __str__(self) -> str:
        return f"{self.place} {self.shown}"


class PlaceReading(models.Model):
    """How a place's name is read, whole and without its 市 or 县: 单县 shanxian, 长春 changchun."""

    code = models.CharField(max_length=6)
    pinyin = models.CharField(max_length=200, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "pinyin"], name="place_reading_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pinyin}"


class Indexed(models.Model):
    """From which catalogue and which rules of indexing the entries were made."""

    digest = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.digest
