"""What search looks into: one row an item, made from the catalogue."""

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


class Indexed(models.Model):
    """From which catalogue and which rules of indexing the entries were made."""

    digest = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.digest
