"""Channels as apprise opens them, against a gateway on this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from tongban.cases.notices import channels
from tongban.cases.notices.channels import NotSent
from tongban.cases.notices.models import Channel


class Answering(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    made = HTTPServer(("127.0.0.1", 0), Answering)
    made.got, made.status = [], 200
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def gateway_url(server, settings):
    url = f"json://127.0.0.1:{server.server_port}/send?:to={{to}}"
    settings.NOTICE_CHANNELS = {"sms": [url]}
    return url


def test_a_message_reaches_the_gateway_with_number_and_text(server, gateway_url):
    channels.send(Channel.SMS, to="13900000002", title="", text="您尾号017X的办件有新消息。")
    ((path, body),) = server.got
    assert urlsplit(path).path == "/send"
    assert not parse_qs(urlsplit(path).query)
    assert body["message"] == "您尾号017X的办件有新消息。"
    assert body["to"] == "13900000002"


def test_what_stands_in_an_address_is_not_read_as_more_of_it(server, gateway_url):
    channels.send(Channel.SMS, to="1390&:to=110", title="", text="甲")
    ((_path, body),) = server.got
    assert body["to"] == "1390&:to=110"


def test_a_gateway_that_says_no_is_a_failure_with_its_reason(server, gateway_url):
    server.status = 503
    with pytest.raises(NotSent) as refused:
        channels.send(Channel.SMS, to="13900000002", title="", text="甲")
    assert "503" in str(refused.value)
    assert "13900000002" not in str(refused.value)


def test_a_gateway_that_is_not_there_is_a_failure(server, gateway_url):
    server.server_close()
    with pytest.raises(NotSent):
        channels.send(Channel.SMS, to="13900000002", title="", text="甲")


def test_a_channel_that_was_taken_away_is_a_failure(settings):
    settings.NOTICE_CHANNELS = {}
    with pytest.raises(NotSent, match="停用"):
        channels.send(Channel.SMS, to="13900000002", title="", text="甲")


@pytest.mark.parametrize(
    ("channel", "url", "trouble"),
    [
        ("sms", "jsons://u:p@gw.example/?:to={to}", ""),
        ("mail", "mailtos://u:p@smtp.example/?to={to}&from=a@b.example", ""),
        ("webhook", "jsons://hook.example/", ""),
        ("sms", "jsons://gw.example/", "没有{to}"),
        ("sms", "carrierpigeon://loft/{to}", "读不懂"),
        ("mail", "{to}", "读不懂"),
    ],
)
def test_an_operator_sees_what_is_wrong_with_an_address(settings, channel, url, trouble):
    settings.NOTICE_CHANNELS = {channel: [url]}
    (way,) = channels.ways().values()
    assert trouble in way.trouble
    assert bool(trouble) == bool(way.trouble)


def test_an_operator_does_not_see_the_secrets_of_an_address(settings):
    settings.NOTICE_CHANNELS = {"sms": ["jsons://user:topsecret@gw.example/?+Key=abc&:to={to}"]}
    (way,) = channels.ways().values()
    assert way.shown == "jsons://gw.example"
