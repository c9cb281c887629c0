"""What is said beside a picture of an OFD: what it lacks, and why there is none."""

from collections.abc import Mapping, Sequence

# In the order of what matters most to whoever decides on the paper.
_LEFT_OUT = {
    "page": "后面的{}页",
    "part": "{}个读不出来的部分",
    "seal": "{}个印章",
    "image": "{}张图片",
    "text": "{}段文字",
    "letter": "{}个本平台字库里没有的字（画作□）",
    "annotation": "{}处批注",
    "shade": "{}处渐变或者图案填充",
    "path": "{}处线条",
    "object": "{}个别的内容",
}
GROUNDS = {
    "broken": "里面的内容读不出来",
    "empty": "里面没有能画的页",
    "large": "内容太多或者图片太大",
    "extent": "纸张尺寸不正常",
    "slow": "画的时间太长",
    "memory": "画的时候占用内存太多",
    "failed": "画的时候出了错",
    "busy": "正在画别的文件，请过一会儿刷新这一页",
}
NOT_THE_PAPER = "预览由本平台绘制，没有验证签名和印章"


def left_out(counts: Mapping[str, int]) -> str:
    """此预览未绘出…，以原文件为准; empty where everything was drawn."""
    found = [said.format(counts[kind]) for kind, said in _LEFT_OUT.items() if counts.get(kind)]
    lacking = f"此预览未绘出{'、'.join(found)}，以原文件为准" if found else ""
    clipped = f"有{counts['clip']}处没有按原文件裁剪" if counts.get("clip") else ""
    return "；".join(one for one in (lacking, clipped) if one)


def beside(counts: Mapping[str, int], fonts: Sequence[str]) -> str:
    """All that stands under every page of a preview, in one line."""
    named = f"字体{'、'.join(fonts[:3])}{'等' if len(fonts) > 3 else ''}用平台自带的字体代替"
    said = [NOT_THE_PAPER, named if fonts else "", left_out(counts)]
    return "；".join(one for one in said if one) + "。"


def ground(name: str) -> str:
    """Why there is no picture, as the end of a sentence."""
    return GROUNDS.get(name, GROUNDS["failed"])
