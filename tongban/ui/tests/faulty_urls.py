"""Pages with one planted fault each, to see that every check can fail."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

FRAME = (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>页</title>'
    '<link rel="icon" href="data:,">{head}</head>'
    "<body><main><h1>页</h1>{main}</main></body></html>"
)
# Styles and scripts of these pages are inline, which our own policy forbids.
LOOSE = {"Content-Security-Policy": "default-src 'self' 'unsafe-inline' data:"}
FAULTS = {
    "none": ("<style>a:focus{outline:3px solid}</style>", '<p><a href="/none">下一页</a></p>'),
    "no-alt": ("", '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'),
    "dim": ("", '<p style="color:#ccc;background:#fff">看不清</p>'),
    "dim-in-the-dark": (
        "<style>:root{color-scheme:light dark}"
        "@media(prefers-color-scheme:dark){p{color:#333;background:#222}}</style>",
        "<p>看不清</p>",
    ),
    "wide": ("", '<div style="width:600px">太宽</div>'),
    "wide-when-large": (
        "<style>[data-type=large] div{width:600px}</style>",
        "<div>放大后太宽</div>",
    ),
    "dim-when-large": (
        "<style>a:focus{outline:3px solid}[data-type=large] p{color:#ccc;background:#fff}</style>",
        '<p>放大后看不清</p><a href="/none">下一页</a>',
    ),
    "no-ring": ("<style>a:focus{outline:none}</style>", '<a href="/none">没有圈</a>'),
    "no-tab": ("", '<a href="/none" tabindex="-1">到不了</a>'),
    "needs-script": ("", "<script>document.querySelector('main').innerHTML += '<a href=\"/x\">甲</a>'</script>"),
    "breaks": ("", "<script>throw new Error('坏了')</script>"),
    "two-titles": ("", "<h1>又一个</h1>"),
}  # fmt: skip


def page(_request: HttpRequest, fault: str) -> HttpResponse:
    if fault == "absent":
        return HttpResponse("没有", status=404)
    head, main = FAULTS[fault]
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return HttpResponse(FRAME.format(head=viewport + head, main=main), headers=LOOSE)


urlpatterns = [path("<slug:fault>", page)]
