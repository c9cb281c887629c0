"""The province-level divisions that a node can serve, by the first two digits of their codes."""

from tongban.local.trouble import WrongWords

HUB = "00"
PROVINCES = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古",
    "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东",
    "41": "河南", "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南",
    "50": "重庆", "51": "四川", "52": "贵州", "53": "云南", "54": "西藏",
    "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆",
    # 新疆生产建设兵团 reports beside the provinces; its code is the one used in practice.
    "66": "兵团",
}  # fmt: skip
DEFAULT_NODES = "22,35"
ALL = "all"
# So many nodes can show their pages on a machine with two cores before they crowd each other out.
MOST_WITH_PAGES = 6


def node_name(code: str) -> str:
    """What people call a node."""
    return "国家枢纽" if code == HUB else PROVINCES[code]


def chosen_nodes(words: str) -> list[str]:
    """The nodes that `22,35,44` names, the hub always first; each once, in the order given.

    `all` names every province and the corps.
    """
    if words.strip().lower() == ALL:
        return [HUB, *PROVINCES]
    codes = [HUB]
    for word in words.replace("，", ",").split(","):
        code = word.strip()
        if not code or code in codes:
            continue
        if code not in PROVINCES:
            raise WrongWords(
                f"没有代码为“{code}”的省份。请用行政区划代码的前两位，例如 22（吉林）、35（福建）。",
                f"There is no province {code!r}: give the first two digits of division codes, "
                "such as 22 (Jilin) or 35 (Fujian).",
            )
        codes.append(code)
    if len(codes) == 1:
        raise WrongWords(
            "至少要有一个省份，例如 --nodes 22,35。",
            "Name at least one province, for example --nodes 22,35.",
        )
    return codes


def chosen_webs(words: str, nodes: list[str]) -> list[str]:
    """The nodes that shall have pages, the hub always among them.

    Without words all of a few; of many those of the usual demo, or else the first two.
    """
    if words.strip():
        # The hub alone is enough here, other than for what is started.
        codes = [HUB] if words.strip() == HUB else chosen_nodes(words)
        strangers = [code for code in codes if code not in nodes]
        if strangers and words.strip().lower() != ALL:
            raise WrongWords(
                f"--web 里的 {'、'.join(strangers)} 不在 --nodes 里。",
                f"--web names {', '.join(strangers)}, which --nodes does not.",
            )
        return [code for code in nodes if code in codes]
    if len(nodes) <= MOST_WITH_PAGES:
        return list(nodes)
    usual = [code for code in nodes if code in DEFAULT_NODES.split(",")]
    return [HUB, *(usual or nodes[1:3])]
