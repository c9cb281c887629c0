"""A name that a template sets in one block is not known in another, and reads as nothing there."""

import re
from pathlib import Path

from tongban.basics.tests.each import of_all
from tongban.local.home import PROJECT

TEMPLATES = sorted((PROJECT / "tongban").rglob("templates/**/*.html"))
BLOCK = re.compile(r"{% block (\w+) %}(.*?){% endblock", re.DOTALL)
SETS = re.compile(r"(?: as| asvar|{% for|{% with) (\w+)(?= %}|=| in |,| )")
READS = re.compile(r"{{ ?(\w+)|=(\w+)[ .|%]|{% (?:if|elif|for \w+ in) (\w+)")


def _misread(text: str) -> list[str]:
    """What is set in one block only and read in another."""
    blocks = dict(BLOCK.findall(text))
    sets = {name: set(SETS.findall(body)) for name, body in blocks.items()}
    return [
        f"block {name} reads {word}, which only block {other} sets"
        for name, body in blocks.items()
        for other in sets.keys() - {name}
        for word in {word for found in READS.findall(body) for word in found if word}
        if word in sets[other] and word not in sets[name]
    ]


@of_all("path", TEMPLATES)
def test_a_block_reads_only_names_that_it_can_know(path: Path):
    assert _misread(path.read_text("utf-8")) == []


def test_a_name_of_another_block_is_noticed():
    text = '{% block a %}{% url "x" as there %}{% endblock %}{% block b %}{{ there }}{% endblock %}'

    assert _misread(text) == ["block b reads there, which only block a sets"]
    assert _misread(text.replace("block b %}", "block b %}{% with there=1 %}")) == []
