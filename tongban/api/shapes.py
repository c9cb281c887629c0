"""What bodies of the API have in common."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """What somebody sends: exactly these members, and text is text."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Place(BaseModel):
    """A place by its 6-digit code, with all places above it in its name."""

    code: str
    name: str


class Ground(BaseModel):
    """A policy document and the place in it that something rests on."""

    document: str
    title: str
    place: str
    says: str
