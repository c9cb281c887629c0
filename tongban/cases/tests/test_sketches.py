"""Previews of OFD papers as a node keeps them: drawn once, elsewhere, within bounds."""

import io
import subprocess
import threading

import pytest
from PIL import Image

from tongban.cases import intake
from tongban.cases.drawing import sketches
from tongban.cases.inspection import looks, pdf
from tongban.cases.tests import ofds

OFD = intake.OFD.media_type


def kept(content: bytes) -> str:
    return intake.take_in(io.BytesIO(content), name="证明.ofd", size=len(content)).digest


@pytest.fixture
def certificate(settings, tmp_path) -> str:
    settings.DATA_DIR = tmp_path
    return kept(ofds.a_certificate())


@pytest.fixture
def asked(monkeypatch) -> list[list[str]]:
    """Every process that was started to draw."""
    started, run = [], subprocess.run

    def counted(command, **named):
        started.append([command, named["env"]])
        return run(command, **named)

    monkeypatch.setattr(sketches.subprocess, "run", counted)
    return started


def test_an_ofd_has_a_preview_and_a_small_picture_drawn_once(certificate, asked, monkeypatch):
    monkeypatch.setenv("FIELD_KEY", "what no drawer needs")
    sketch = looks.sketch(certificate, OFD)
    assert (sketch.why, sketch.pages, sketch.drawn, sketch.words) == ("", 2, 2, "")
    with looks.preview_pdf(certificate, OFD) as preview:
        assert pdf.pages(preview.read()) == 2
    small = Image.open(io.BytesIO(looks.thumbnail(certificate, OFD)))
    assert small.width in range(700, 740)
    assert len(small.convert("L").getcolors(256)) > 20

    assert looks.sketch(certificate, OFD) == sketch
    assert len(asked) == 1
    command, environment = asked[0]
    assert command[1:3] == ["-m", "tongban.cases.drawing.child"]
    assert "what no drawer needs" not in environment.values()


def test_a_later_drawer_draws_again(certificate, asked, monkeypatch):
    looks.sketch(certificate, OFD)
    monkeypatch.setattr(sketches, "DRAWER", sketches.DRAWER + 1)
    assert looks.sketch(certificate, OFD).drawn == 2
    assert len(asked) == 2


def test_what_is_no_ofd_or_not_here_has_no_preview(certificate):
    assert looks.sketch(certificate, intake.PDF.media_type) is None
    assert looks.sketch("0" * 64, OFD) is None
    assert looks.preview_pdf("0" * 64, OFD) is None
    assert looks.thumbnail("0" * 64, OFD) is None


@pytest.mark.parametrize(
    ("limit", "value", "why"),
    [("SECONDS", 0, "slow"), ("MEMORY", 40 << 20, "")],
)
def test_a_drawing_that_takes_too_much_is_ended_and_not_tried_again(
    certificate, asked, monkeypatch, limit, value, why
):
    monkeypatch.setattr(sketches, limit, value)
    sketch = looks.sketch(certificate, OFD)
    assert sketch.why in ({why} if why else {"memory", "failed"})
    assert sketch.words
    assert looks.thumbnail(certificate, OFD) is None
    assert looks.preview_pdf(certificate, OFD) is None
    assert len(asked) == 1


def test_while_too_many_are_drawn_a_preview_waits_and_comes_later(certificate, asked, monkeypatch):
    monkeypatch.setattr(sketches, "_PATIENCE", 0.1)
    with sketches._turn() as first, sketches._turn() as second:
        assert (first, second) == (True, True)
        assert looks.sketch(certificate, OFD).why == "busy"
    assert asked == []
    assert looks.sketch(certificate, OFD).why == ""


def test_two_who_look_at_once_have_it_drawn_once_or_twice_and_both_see_it(certificate, asked):
    seen = []
    lookers = [
        threading.Thread(target=lambda: seen.append(looks.sketch(certificate, OFD)))
        for _ in range(3)
    ]
    for looker in lookers:
        looker.start()
    for looker in lookers:
        looker.join()
    assert [one.drawn for one in seen] == [2, 2, 2]
    assert len(asked) <= 2
