"""`./run key …`: the private keys of a node, listed, made, taken into use, revoked. Shows no secret."""

import json
from datetime import timedelta
from typing import Annotated, Any

import typer
from django.conf import settings
from django.utils.timezone import localtime, now

from tongban.jurisdictions import keys as directory
from tongban.local.trouble import Trouble, WrongWords
from tongban.trust import keeping, store, suites
from tongban.trust.store import Entry, State, StoreTrouble
from tongban.trust.suites import Purpose

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
For = Annotated[Purpose, typer.Option("--for", help="签名 sign，加密 seal。 What the key is for.")]

PURPOSES = {Purpose.SIGN: "签名 sign", Purpose.SEAL: "加密 seal"}
STATES = {
    State.NEXT: "待启用 next",
    State.ACTIVE: "在用 active",
    State.RETIRING: "停用中 retiring",
    State.REVOKED: "已吊销 revoked",
}


@app.callback()
def _key() -> None:
    """A node has one active key for signatures and one for encryption."""


@app.command("list", help="列出本节点的密钥、状态和有效期。 List keys, states, validity.")
def list_(as_json: AsJson = False) -> None:
    """Code 3 when the store cannot be opened."""
    entries = sorted(_load().entries, key=lambda entry: (entry.purpose, entry.valid_from))
    if as_json:
        print(json.dumps([_facts(entry) for entry in entries], ensure_ascii=False, indent=2))
        return
    for entry in entries:
        what = f"{PURPOSES[entry.purpose]}  {entry.suite:<4}  {STATES[entry.state]}"
        print(f"{entry.id}  {what}  自 from {localtime(entry.valid_from):%Y-%m-%d %H:%M}")
        if entry.valid_until:
            print(f"{'':16}  至 until {localtime(entry.valid_until):%Y-%m-%d %H:%M}")
        if entry.revoked_at:
            print(f"{'':16}  吊销于 revoked {localtime(entry.revoked_at):%Y-%m-%d %H:%M}")


@app.command(help="准备下一把密钥，登记到节点名录后再启用。 Make the next key.")
def new(
    purpose: For,
    suite: Annotated[str, typer.Option(help="算法套件 intl 或 gm；不写则不变。 The suite.")] = "",
    device: Annotated[
        str, typer.Option(help="密钥在密码设备里：pkcs11:token=…;object=…。 It lies in a device.")
    ] = "",
) -> None:
    """Refused while a next key waits. Register what `key entry` prints, then `key rotate`."""
    active = _load().active(purpose)
    chosen = suite or (active.suite if active else suites.INTL)
    if chosen not in suites.NAMES:
        raise WrongWords("--suite 只能是 intl 或 gm。", "--suite takes intl or gm.")
    kept = _change(lambda one: keeping.with_next_key(one, chosen, purpose, at=now(), device=device))
    [entry] = [e for e in kept.entries if e.purpose is purpose and e.state is State.NEXT]
    print(f"{entry.id} 已备好。用 ./run key entry 输出登记内容，登记后再 ./run key rotate。")
    print("Made. Register what ./run key entry prints, then ./run key rotate.")


@app.command(help="启用下一把密钥，旧的按重叠期停用。 Take the next key into use.")
def rotate(
    purpose: For,
    overlap: Annotated[
        int, typer.Option(min=0, max=365, help="旧密钥还有效几天。 Days the old one still counts.")
    ] = keeping.OVERLAP.days,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="名录未登记也启用。 Even if not registered yet.")
    ] = False,
) -> None:
    """Refused without a next key, or while this node's own directory does not list it."""
    coming = [e for e in _load().entries if e.purpose is purpose and e.state is State.NEXT]
    listed = {key.key_id for key in directory.keys_of(settings.NODE_ID, purpose=purpose)}
    if coming and coming[0].id not in listed and not at_once:
        raise Trouble(
            f"节点名录里还没有密钥 {coming[0].id}，现在启用，别的节点会拒收。"
            "登记并载入名录后再试，或加 --at-once。",
            f"The directory does not list key {coming[0].id} yet, so others would refuse it: "
            "register it first, or add --at-once.",
        )
    days = timedelta(days=overlap)
    kept = _change(lambda one: keeping.rotated(one, purpose, at=now(), overlap=days))
    active = kept.active(purpose)
    print(f"已启用 {active.id if active else ''}，旧密钥再有效 {overlap} 天。 In use.")


@app.command(help="立即吊销一把密钥，不可撤回。 Revoke a key at once, for good.")
def revoke(
    key: Annotated[str, typer.Argument(help="密钥编号，见 list。 Id, as `list` shows.")],
) -> None:
    """From now on nothing sealed to it is opened here; the others learn it from the directory."""
    kept = _change(lambda one: keeping.revoked(one, key, at=now()))
    entry = kept.find(key)
    print(f"{key} 已吊销。把 ./run key entry 的内容登记到节点名录，其他节点才会拒收。 Revoked.")
    if entry is not None and kept.active(entry.purpose) is None:
        print("没有可用的同类密钥：请 ./run key new，再 ./run key rotate --at-once。")
        print("No such key is left: ./run key new, then ./run key rotate --at-once.")


@app.command(help="输出登记到节点名录的内容，不含私钥。 Print the entry for the directory.")
def entry() -> None:
    """Public keys with their validity, as directories carry them."""
    try:
        print(json.dumps(keeping.as_introduced(_load()), ensure_ascii=False, indent=2))
    except StoreTrouble as trouble:
        raise _said(trouble) from trouble


def _load() -> store.Store:
    try:
        return store.load(settings.NODE_KEY_FILE)
    except StoreTrouble as trouble:
        raise _said(trouble) from trouble


def _change(work: store.Change) -> store.Store:
    try:
        return store.change(settings.NODE_KEY_FILE, work)
    except StoreTrouble as trouble:
        raise _said(trouble) from trouble


def _said(trouble: StoreTrouble) -> Trouble:
    return Trouble(f"密钥库：{trouble}", f"The key store: {trouble}")


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "suite": entry.suite,
        "for": entry.purpose,
        "state": entry.state,
        "public_key": entry.public,
        "from": entry.valid_from.isoformat(),
        "until": entry.valid_until.isoformat() if entry.valid_until else None,
        "revoked": entry.revoked_at.isoformat() if entry.revoked_at else None,
    }
