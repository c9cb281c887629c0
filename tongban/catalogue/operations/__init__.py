"""Everything that can happen to the catalogue, by subject."""

from tongban.catalogue.operations.loading import LoadReport, VersionIsPublished, load_catalogue

__all__ = ["LoadReport", "VersionIsPublished", "load_catalogue"]
