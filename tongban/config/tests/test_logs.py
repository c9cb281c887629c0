import json

import structlog


def test_a_log_line_is_an_event_with_facts_on_the_error_stream(capsys):
    structlog.get_logger().info("case.accepted", case="22-17")

    out, err = capsys.readouterr()
    assert out == ""
    line = json.loads(err)
    assert (line["event"], line["level"], line["case"]) == ("case.accepted", "info", "22-17")


def test_a_traceback_shows_no_values(capsys):
    secret = "".join(["22010119000", "101001X"])
    try:
        _fail(secret)
    except KeyError:
        structlog.get_logger().exception("something.failed")

    line = json.loads(capsys.readouterr().err)
    assert "KeyError: 18" in line["exception"]
    assert secret not in line["exception"]


def _fail(secret):
    raise KeyError(len(secret))
