# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code block of README.md and of the how-to pages works as it stands there, in the order of its page."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import documentation_truth as truth
import netns_lab
import pytest
from documentation_blocks import KINDS, Block, Wrong, blocks
from documentation_lab import HOSTS
from documentation_reader import REPOSITORY, Reader

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs/how-to").glob("*.md"))]
BLOCKS = {
    name: blocks(name, path.read_text(encoding="utf-8")) for path in PAGES for name in [str(path.relative_to(REPOSITORY))]
}  # fmt: skip
Follow = Callable[[str, Sequence[Block]], Reader]


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what readers install: the artifact that lies beside the installed collection, else one that is built here."""
    given = os.environ.get("LINUXNET_TCP_COLLECTIONS")
    found = sorted((Path(given).parent / "artifact").glob("*.tar.gz")) if given else []
    if not found:
        folder = tmp_path_factory.mktemp("artifact")
        galaxy = str(Path(sys.executable).parent / "ansible-galaxy")
        command = [galaxy, "collection", "build", str(REPOSITORY), "--output-path", str(folder)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        found = sorted(folder.glob("*.tar.gz"))
    return found[-1]


@pytest.fixture(scope="module")
def follow(tmp_path_factory: pytest.TempPathFactory, collections: Path, artifact: Path) -> Iterator[Follow]:
    """Return a function that gives each page one reader, who lives until the next page is begun."""
    if os.geteuid() != 0:
        pytest.skip("only root goes from one private namespace into another, as the reader's ssh has to")
    readers: dict[str, Reader] = {}

    def reader_of(page: str, rows: Sequence[Block]) -> Reader:
        if page not in readers:
            while readers:
                readers.popitem()[1].lab.close()
            try:
                readers[page] = Reader(tmp_path_factory.mktemp("reader"), collections, artifact, rows)
            except netns_lab.Unavailable as reason:
                pytest.skip(str(reason))
        return readers[page]

    yield reader_of
    for reader in readers.values():
        reader.lab.close()


COMPARED: dict[str, int] = {}


@pytest.mark.parametrize("block", [pytest.param(block, id=block.where) for rows in BLOCKS.values() for block in rows])
def test_block_works(block: Block, follow: Follow) -> None:
    if block.not_run:
        pytest.skip(f"{block.where}: {block.not_run}")
    reader = follow(block.page, BLOCKS[block.page])
    reader.follow(block)
    COMPARED[block.page] = reader.compared


def test_what_was_said_of_hosts_was_held_to_their_kernels(say: Callable[[str], None]) -> None:
    if "README.md" not in COMPARED:
        pytest.skip("no block of README.md was run before this test")
    assert COMPARED["README.md"] > 10 * len(HOSTS)
    say(f"code blocks of {len(COMPARED)} pages: {sum(COMPARED.values())} values that were said of hosts are those of their kernels")


# What the test is worth: a page that works is followed to its end, and each way to be wrong is found.

FIN_TIMEOUT, PORTS = "net.ipv4.tcp_fin_timeout", "net.ipv4.ip_local_port_range"
GOOD = """
```yaml inventory
# inventory.yml
edge: {hosts: {edge1: {ansible_host: 192.0.2.7, ansible_user: deploy, ansible_become: true}}}
```

```yaml profile
# profiles/edge.yml
name: edge
settings:
  net.ipv4.tcp_fin_timeout: {value: 45, accept: {const: 45}}
```

```yaml vars
# group_vars/edge.yml
tune_profile: profiles/edge.yml
own_host: edge1
```

```console
$ cd profiles
$ export PROFILE=$PWD/edge.yml
$ cd .. && ansible-playbook linuxnet.tcp.audit -i inventory.yml -e audit_profile="$PROFILE" \\
>     -e audit_report=reports
what it printed
$ ansible-playbook linuxnet.tcp.tune -i inventory.yml
$ ssh edge1 sysctl -n net.ipv4.tcp_fin_timeout > own_host
```

<!-- exit: 2 -->
```console
$ test "$(cat own_host)" = 45
$ ansible-playbook linuxnet.tcp.audit -i inventory -e audit_profile=article -e audit_require_compliant=true
```

1. In a list:

   ```yaml tasks
   - name: Set one range
     become: true
     linuxnet.tcp.net_sysctl:
       settings: {net.ipv4.ip_local_port_range: "20000 60999"}
   ```

```yaml play
- name: Nothing but a message
  hosts: web
  gather_facts: false
  tasks:
    - name: Say it
      ansible.builtin.debug:
```

```ini
; a service of systemd
[Service]
ExecStart=/bin/true
ExecStart=/bin/false
```

```json
{"one": 1}
{"two": 2}
```

```text
not run
```
"""


def test_a_page_of_all_kinds_is_followed(follow: Follow) -> None:
    page = blocks("good.md", GOOD)
    assert {block.info for block in page} == set(KINDS)
    reader = follow("good.md", page)
    # The last one comes after all others.
    for block in reversed(page):
        reader.follow(block)
    assert reader.lab.hosts["edge1"].sysctl(FIN_TIMEOUT) == "45"
    assert {reader.lab.hosts[name].sysctl(PORTS) for name in HOSTS} == {"20000 60999"}
    assert reader.lab.hosts["edge1"].sysctl(PORTS) == "32768 60999"
    assert reader.lab.hosts["web1"].sysctl(FIN_TIMEOUT) == "60"
    assert (reader.lab.folder / "reports" / "report.json").is_file()


def test_the_playbook_of_the_readme_with_another_module_does_not_pass(follow: Follow) -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert text.count("linuxnet.tcp.audit:") == 1
    page = blocks("broken.md", text.replace("linuxnet.tcp.audit:", "linuxnet.tcp.audits:"))
    reader = follow("broken.md", page)
    with pytest.raises(Wrong, match=r"linuxnet\.tcp\.audits"):
        reader.follow(next(block for block in page if block.info == "console"))


def told(result: str) -> str:
    """Return a block that has the results of a run say something of a host."""
    event = '{"host": "web1", "task": "Judge", "action": "linuxnet.tcp.audit", "check": false, "status": "ok", "result": %s}'
    return f"```console\n$ echo '{event % result}' > $LINUXNET_TCP_EVENTS\n```"


@pytest.fixture(scope="module")
def broken() -> list[tuple[Block, str]]:
    """Return blocks that do not work, all of one page, each with what has to be said of it."""
    page = blocks("wrong.md", "\n".join(text for text, _said in WRONG))
    return list(zip(page, (said for _text, said in WRONG), strict=True))


WRONG = [
    (told('{"audit": {"findings": []}}'), "does not find 'net.ipv4.tcp_tw_recycle = 1'"),
    (
        told('{"audit": {"findings": [{"id": "boot-line-stale"}], "settings": [{"name": "net.ipv4.tcp_fin_timeout", "running": "9"}]}}'),
        "net.ipv4.tcp_fin_timeout is said to be '9' and is '60'",
    ),
    ("```yaml tasks\n- name: Ask\n  linuxnet.tcp.audits:\n```", "linuxnet.tcp.audits"),
    ("```yaml tasks\n- name: Ask\n  linuxnet.tcp.audit: {profil: article}\n```", "profil"),
    ("```yaml play\n- name: Do\n  linuxnet.tcp.audit:\n```", "not every entry is a play"),
    ("```yaml play\n- hosts: nobody\n  gather_facts: false\n  tasks: [linuxnet.tcp.audit: {}]\n```", "nothing was run"),
    ("```yaml vars\ntune_profil: article\n```", "no role and no playbook has tune_profil"),
    ("```yaml vars\ntune_nat: perhaps\n```", "tune_nat"),
    ("```yaml vars\nmy_own: 1\n```", "no role and no playbook has my_own"),
    ("```yaml profile\nname: x\nsettings: {net.ipv4.tcp_fin_timeout: {value: -1}}\n```", "net.ipv4.tcp_fin_timeout"),
    ("```yaml profile\nname: x\nsettings: {net.ipv4.tcp_fin_timeot: {value: 60}}\n```", "net.ipv4.tcp_fin_timeot"),
    ("```yaml inventory\nweb: {hosts: {}}\n```", "finds no host"),
    ("```console\n$ false\n$ true\n```", "exit status 1 instead of 0"),
    ("<!-- exit: 2 -->\n```console\n$ true\n```", "exit status 0 instead of 2"),
    ("```console\n$ ansible-playbook linuxnet.tcp.audits -i inventory\n```", "linuxnet.tcp.audits"),
    ("```console\n$ ssh web9 true\n```", "Could not resolve hostname web9"),
    ("```console\n$ test -w /usr\n```", "exit status 1 instead of 0"),
    ("```ini\nno section\n```", "no section"),
    ("```json\n{\n```", "Expecting"),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_a_block_that_does_not_work_fails(number: int, broken: list[tuple[Block, str]], follow: Follow) -> None:
    block, said = broken[number]
    with pytest.raises(Exception) as failure:
        follow(block.page, [row for row, _said in broken]).follow(block)
    assert said in str(failure.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```\nx\n```", "is no kind of block"),
        ("```yaml\nx: 1\n```", "'yaml' is no kind of block"),
        ("~~~shell\nx\n~~~", "'shell' is no kind of block"),
        ("```console\n$ true\n", "is not closed"),
        ("````console\n$ true\n```", "is not closed"),
        ("```yaml vars\n\n```", "is empty"),
        ("```console\ntrue\n```", "begins with '$ '"),
        ("```yaml play\n# ../site.yml\n```", "outside of the reader's folder"),
        ("```yaml play\n# /etc/site.yml\n```", "outside of the reader's folder"),
        ("<!-- not run -->\n```console\n$ true\n```", "say why"),
        ("<!-- exit: two -->\n```console\n$ true\n```", "exit: and a number"),
        ("<!-- exit: 2 -->\n```text\nx\n```", "exit: and a number"),
        ("<!-- exit: 2 -->\nA word.\n```console\n$ true\n```", "right before"),
        ("<!-- not run: no -->", "no block follows"),
    ],
)
def test_a_page_that_says_nonsense_is_refused(text: str, said: str) -> None:
    with pytest.raises(Wrong, match=r"^page\.md") as failure:
        blocks("page.md", text)
    assert said in str(failure.value)


def test_blocks_are_taken_as_they_are() -> None:
    page = blocks("good.md", GOOD)
    assert [block.name for block in page[:4]] == ["inventory.yml", "profiles/edge.yml", "group_vars/edge.yml", ""]
    assert len(page[3].commands) == 5
    assert page[3].commands[2].endswith('"$PROFILE" \\\n    -e audit_report=reports')
    assert page[4].exit == 2
    assert page[5].text.startswith("- name: Set one range\n  become: true\n")
    (block,) = blocks("page.md", "<!-- exit: 3 -->\n<!-- not run: later -->\n\n````console\n$ cat <<'E'\n```\nE\n$ x\n````\n")
    assert (block.line, block.exit, block.not_run) == (4, 3, "later")
    assert block.commands == ["cat <<'E'\n```\nE", "x"]


def event(action: str, status: str = "ok", check: bool = False, **result: object) -> truth.Event:
    return {"host": "web1", "action": f"linuxnet.tcp.{action}", "status": status, "check": check, "result": result}


SET = {"changed": True, "settings": [{"name": FIN_TIMEOUT, "after": {"runtime": "45"}}, {"name": PORTS, "after": {}}]}
SEEN = {"audit": {"settings": [{"name": FIN_TIMEOUT, "running": "60"}, {"name": PORTS}], "findings": []}}


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([event("audit", **SEEN)], "60"),
        ([event("audit", **SEEN), event("net_sysctl", **SET)], "45"),
        ([event("audit", **SEEN), event("net_sysctl", check=True, **SET)], "60"),
        ([event("net_sysctl", **SET), event("audit", **SEEN)], "60"),
        ([event("net_sysctl", **SET), event("net_sysctl", "failed", msg="no")], None),
        ([event("net_sysctl", **SET), event("net_sysctl", "skipped", changed=False)], "45"),
        ([event("net_sysctl", **SET), {**event("x", changed=True), "action": "ansible.builtin.command"}], None),
        ([event("rollout_host", planned={FIN_TIMEOUT: "45"}, rollout={"status": "planned"})], None),
        (
            [
                event("rollout_host", planned={FIN_TIMEOUT: "45"}, rollout={"status": "planned"}),
                event("rollout_host", changed=True, rollout={"status": "changed"}),
                event("rollout_host", rollout={"status": "confirmed"}),
            ],
            "45",
        ),
        ([event("rollout_host", **SET)], "45"),
    ],
)
def test_the_last_word_about_a_value_counts(events: list[truth.Event], said: str | None) -> None:
    assert truth.claims(events) == ({("web1", FIN_TIMEOUT): said} if said else {})
    assert len(truth.lies(events, lambda *_where: "30")) == len(truth.claims(events))
    assert truth.lies(events, lambda *_where: said or "") == []
