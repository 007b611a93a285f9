#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set network sysctls as one transaction."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: net_sysctl
short_description: Set network sysctls as one transaction
version_added: 1.0.0
description:
  - Applies a whole set of C(net.*) sysctls, to the running kernel and to one drop-in for the next boot. Either all of it holds
    afterwards or everything is put back.
  - The whole set is checked before the first write, and all problems are reported at once. The ranges are sensible ones, as the kernel accepts
    and misreads a lot (it takes C(010) for 8, C(12 13) for 12, and a negative C(tcp_fin_timeout)).
  - Keys are written in the order of their dependence, one write each, and read back. The drop-in is replaced in one rename.
  - Before the first write, and again after the last one, it works out what the next boot will set with this drop-in in place, by the rules of the
    loader that the host uses (systemd-sysctl, else C(sysctl --system) of procps). See O(shadowed).
  - Nothing is written, and no file's time stamp moves, when nothing differs. No command is run on the host, except the watchdog of O(confirm_within).
  - One run at a time changes a host, see O(lock_timeout). Before the first change it writes a journal to O(journal_dir) of what it is about to change, running
    values and files. When a run is killed half-way, the next one finds its journal, puts the host back first, and says so in RV(recovered). SIGTERM, SIGINT and
    SIGHUP end a run in order.
author:
  - linuxnet.tcp contributors (@linuxnet)
extends_documentation_fragment:
  - linuxnet.tcp.netns
options:
  settings:
    description:
      - Name and value of each sysctl. Names are spelled C(net.ipv4.tcp_syncookies) or C(net/ipv4/tcp_syncookies); a dot inside an interface name is
        written C(/) in the first and C(.) in the second form.
      - A value is an integer (decimal, or C(0x) and hexadecimal digits), a text or a list of integers (C("1024 65000") or C([1024, 65000])), a list
        of ports (C("8080,9000-9100")), or a boolean for keys that are V(0) or V(1).
      - A key that the collection's catalogue does not know must exist on the host. Its form is taken from the running value, and a warning says
        that its range was not checked.
      - With O(state=absent) the values are ignored and may be left empty.
      - Keys outside C(net.) are refused, use M(ansible.posix.sysctl) for those. So are keys that hold a secret, such as C(net.ipv4.tcp_fastopen_key),
        as results and the drop-in would spread it.
      - Required with O(state=present) and O(state=absent).
    type: dict
  state:
    description:
      - V(present) makes the values hold.
      - V(absent) takes the keys out of the drop-in. Running values stay as they are, unless O(restore_runtime=true). The drop-in is removed when only
        its header would be left.
      - V(restored) puts back what one journal changed, running values and files, the latest one if O(journal) does not name another. A second run
        changes nothing. It never goes on to an older journal by itself.
      - V(confirmed) makes a change stay that was made with O(confirm_within). It fails when the change was put back already.
      - V(absent) with O(shadowed=take_over) also comments out, in all files that the next boot reads, the lines of those keys that this kernel no longer
        has, such as C(net.ipv4.tcp_tw_recycle) since Linux 4.12. Such a line does nothing but mislead whoever reads it.
    type: str
    choices: [present, absent, restored, confirmed]
    default: present
  persist:
    description: Whether to keep the values in the drop-in O(path), so that the next boot sets them again.
    type: bool
    default: true
  runtime:
    description: Whether to set the values in the running kernel.
    type: bool
    default: true
  path:
    description:
      - The drop-in. Lines of other keys, comments included, are kept byte for byte.
      - It must be an absolute path that ends in C(.conf). A missing folder is made only if it is one that sysctl.d(5) names.
      - A symbolic link, and a folder that is one, are refused unless O(follow=true). So is a file with several hard links, of which a new file would
        keep one; a file or folder that everybody may write to; and a folder of somebody else, who could put another file in its place.
      - Mode, owner, ACL, SELinux label and other extended attributes stay as they are. A new file is mode C(0644).
    type: path
    default: /etc/sysctl.d/90-linuxnet-tcp.conf
  follow:
    description:
      - Whether to follow symbolic links, where O(path) or the folder that holds it is one. The file that they end at is changed and the links stay.
      - All folders on the way, and the links themselves, have to belong to root or to the user that the module runs as.
    type: bool
    default: false
  shadowed:
    description:
      - With O(persist), what to do when the next boot would set another value than the wanted one, because a line of another file comes after the
        drop-in, excludes the key, or hides the drop-in.
      - V(fail) refuses the whole set and names file and line.
      - V(warn) sets and persists all the same, and warns.
      - V(take_over) puts C(#) in front of the lines that win, with a comment of its own above each, and keeps the file as it was beside it
        under its name and C(.linuxnet-tcp.bak~), which no loader reads. It belongs to the transaction, and is put back when anything fails.
        To undo it by hand, remove the comment and the C(#); O(state=absent) does not.
      - V(take_over) does not edit files below C(/usr), C(/lib) and C(/run), which packages and programs write anew. Nor patterns, which reach
        other keys too. It fails then, with a way out, which is most often a O(path) whose name sorts after that file.
      - A line that sets the wanted value may win, whichever file it stands in.
      - A O(path) outside of the folders that a loader reads cannot be judged. It is never a failure and always a warning.
    type: str
    choices: [fail, warn, take_over]
    default: fail
  load_modules:
    description:
      - Whether the next boot shall load the kernel modules that the keys in the drop-in need (C(nf_conntrack) for C(net.netfilter.nf_conntrack_max))
        before it sets them. Without its module a key is missing at that time, and the line in the drop-in does nothing.
      - The modules go into a list of the same name in the folder C(modules-load.d) beside C(sysctl.d), which belongs to the transaction. What another
        list names or what is built into the kernel is left out. With V(false) no list is read or written.
      - It does not load a module now, as no command is run. A key whose module is not loaded can be given with O(runtime=false) only.
      - With O(state=absent) the modules are taken out that no key which stays in the drop-in needs; the list goes when only its header would be left.
      - It needs O(persist) and a O(path) in a folder called C(sysctl.d). C(net.ipv4.tcp_congestion_control) and C(net.core.default_qdisc) need no list,
        the kernel loads their modules when they are set.
    type: bool
    default: false
  health:
    description:
      - Whether to read the kernel's TCP counters before anything is written, and to return them as RV(health). It is the end of the time before
        the change; M(linuxnet.tcp.health_info) reads the same ones later, and the filter P(linuxnet.tcp.tcp_regressions#filter) compares.
      - What cannot be read is a warning. It never keeps a change from being made.
    type: bool
    default: false
  unsupported:
    description:
      - What to do about known keys that this kernel or network namespace does not have, or shows read-only with another value.
      - V(fail) refuses the whole set.
      - V(skip) leaves such keys alone, in the drop-in too, and gives the reason in the result.
      - A name that neither the catalogue nor the kernel knows always fails, as it is most likely misspelled.
    type: str
    choices: [fail, skip]
    default: fail
  confirm_within:
    description:
      - Puts the change back unless O(state=confirmed) comes within so many seconds. Before the first change a watchdog process is started on the
        host, which needs neither the controller nor the connection; it also puts back what a killed run left. It survives the end of the task and
        of the login session, for which it is started through C(systemd-run) where systemd is PID 1.
      - Confirm over a new connection (C(meta) C(reset_connection) comes before it), since an existing one may live on where a new one cannot be made.
      - Until then other changes of this host are refused. A reboot ends the watchdog; the next run then puts back what nobody confirmed, and reports it.
      - It has no effect when there is nothing to change.
    type: int
  comment:
    description: Why this is done, at most 1000 characters. It is kept in the journal and shown when something is put back.
    type: str
  restore_runtime:
    description:
      - With O(state=absent), sets the running values that the keys had before the oldest journal that changed them and was not put back.
      - A key that no journal holds is an error.
    type: bool
    default: false
  journal:
    description: Number of the journal for O(state=restored) and O(state=confirmed), RV(journal.id) of the run that made it.
    type: int
  conflicts:
    description:
      - What O(state=restored) does about keys and files that somebody else has changed since.
      - V(fail) changes nothing and names them.
      - V(keep) leaves them as they are, and puts back the rest.
      - Lines of other keys in the drop-in are no conflict; they stay as they are now.
    type: str
    choices: [fail, keep]
    default: fail
  lock_timeout:
    description: How many seconds to wait while another run changes this host. Then the run fails and names that process.
    type: int
    default: 60
  journal_dir:
    description:
      - Folder of lock and journals. It is made when missing, for root only (C(0700)), and refused when others may enter it.
      - Runs with different folders do not know of each other.
    type: path
    default: /var/lib/linuxnet-tcp
  journal_keep:
    description: How many journals to keep. Those that wait to be confirmed or put back are kept whatever their number.
    type: int
    default: 20
attributes:
  check_mode:
    support: full
    description: Walks the same path up to the first write, and fails where the real run would fail before it.
    details:
      - What only the kernel can refuse, such as an unknown name for C(net.ipv4.tcp_congestion_control), is seen in the real run. It takes no lock and
        starts no watchdog.
  diff_mode:
    support: full
    description: Shows the running values, the drop-in's text, the list of modules and the files that are taken over.
  platform:
    support: full
    description: Linux with Python 2.7 or 3.6 and later; nothing else needs to be installed.
    platforms: linux
notes:
  - O(netns) needs O(persist=false), as a drop-in is read when the host boots and never for a network namespace. The values last as long as the
    namespace; give them where it is made too (C(docker run --sysctl), C(securityContext.sysctls) of a Kubernetes pod).
  - Sysctls of the network namespace that the module runs in are set, or that of O(netns); writing them takes root there.
  - Putting back covers the keys of the set. Some keys change others as a side effect (C(net.ipv4.ip_forward) the C(forwarding) and C(accept_redirects) of
    interfaces); those others are not put back unless they are part of the set.
  - What is worked out of the next boot are the files as they are now. What a program sets after it (C(tuned), a network manager, C(sysctl -w) in
    some script) is not part of it, nor what one key changes in others as a side effect.
seealso:
  - module: linuxnet.tcp.net_sysctl_info
  - module: linuxnet.tcp.audit
  - module: ansible.posix.sysctl
'''

EXAMPLES = r'''
- name: Set what a busy web server needs, now and after each boot
  linuxnet.tcp.net_sysctl:
    settings:
      net.ipv4.tcp_syncookies: 1
      net.ipv4.tcp_max_syn_backlog: 8192
      net.ipv4.tcp_keepalive_time: 1200
      net.ipv4.ip_local_port_range: [1024, 65000]
      net.ipv4.ip_local_reserved_ports: "8080,9000-9100"

- name: See what would change
  linuxnet.tcp.net_sysctl:
    settings:
      net.core.somaxconn: 8192
  check_mode: true
  diff: true

- name: Limit the connections that a firewall tracks, and load its module at boot before the limit is set
  linuxnet.tcp.net_sysctl:
    settings:
      net.netfilter.nf_conntrack_max: 1048576
    load_modules: true

- name: Comment out what other files say about the key
  linuxnet.tcp.net_sysctl:
    settings:
      net.ipv4.tcp_keepalive_time: 1200
    shadowed: take_over

- name: Serve kernels with and without tcp_tw_recycle
  linuxnet.tcp.net_sysctl:
    settings:
      net.ipv4.tcp_tw_recycle: false
      net.ipv4.tcp_tw_reuse: 1
    unsupported: skip

- name: Try a value until the next boot
  linuxnet.tcp.net_sysctl:
    settings:
      net.ipv4.tcp_fin_timeout: 30
    persist: false

- name: Leave the choice to the kernel again at the next boot
  linuxnet.tcp.net_sysctl:
    settings:
      net.ipv4.tcp_fin_timeout:
    state: absent

- name: Set what could cut us off, and let the host put it back by itself if it does
  linuxnet.tcp.net_sysctl:
    settings:
      net.ipv4.tcp_syn_retries: 3
    confirm_within: 60
    comment: change 4711
  register: tuned

- name: Come back over a new connection
  ansible.builtin.meta: reset_connection

- name: Let it stay
  linuxnet.tcp.net_sysctl:
    state: confirmed
    journal: "{{ tuned.journal.id }}"
  when: tuned is changed

- name: Put back what the last change changed
  linuxnet.tcp.net_sysctl:
    state: restored

- name: Take a key out of the drop-in, and give it the value that it had before us
  linuxnet.tcp.net_sysctl:
    settings:
      net.ipv4.tcp_fin_timeout:
    state: absent
    restore_runtime: true

- name: Clear the boot files of a key that this kernel no longer has
  linuxnet.tcp.net_sysctl:
    settings:
      net.ipv4.tcp_tw_recycle:
    state: absent
    shadowed: take_over

- name: Set a value in a running container
  linuxnet.tcp.net_sysctl:
    settings:
      net.ipv4.tcp_keepalive_time: 1200
    netns: 3f4e1c0b9a87
    persist: false
'''

RETURN = r'''
settings:
  description:
    - One row for each key, in order of name. After a failure before the first write the list is empty.
  returned: always
  type: list
  elements: dict
  sample:
    - name: net.ipv4.ip_local_port_range
      before: {runtime: "32768 60999"}
      after: {runtime: "1024 65000", persisted: "1024 65000"}
      status: changed
    - name: net.ipv4.tcp_tw_recycle
      before: {}
      after: {}
      status: skipped
      reason: removed
  contains:
    name:
      description: Name of the key with dots.
      type: str
    before:
      description:
        - The values before. C(runtime) is absent when it cannot be read, C(persisted) when the drop-in does not hold the key or O(persist=false).
      type: dict
    after:
      description: The values now, or what they would be in check mode.
      type: dict
      returned: success
    status:
      description:
        - V(changed), V(unchanged) or V(skipped); V(kept) when somebody else changed it and O(conflicts=keep).
        - After a failure V(unchanged), or V(left) when the key could not be put back.
      type: str
    reason:
      description:
        - V(removed) from this kernel, V(too_old) a kernel, V(hidden) host-wide key in a network namespace, V(read_only), or V(unknown).
      type: str
      returned: when RV(settings[].status) is V(skipped)
taken_over:
  description: The lines of other files that were commented out, or would be in check mode.
  returned: success, when there are some
  type: list
  elements: dict
  sample:
    - name: net.ipv4.tcp_keepalive_time
      source: /etc/sysctl.d/99-sysctl.conf:12
      path: /etc/sysctl.conf
  contains:
    name:
      description: Name of the key.
      type: str
    source:
      description: File and line before the edit, as the loader names the file.
      type: str
    path:
      description: The file that was edited, links followed. The file as it was is beside it under this name and C(.linuxnet-tcp.bak~).
      type: str
journal:
  description: The journal of this change, or the one that was put back or confirmed.
  returned: success, when something changed, and with O(state=restored) and O(state=confirmed)
  type: dict
  sample: {id: 42, status: unconfirmed, path: /var/lib/linuxnet-tcp/00000042-unconfirmed.json, confirm_within: 60, confirm_by: "2026-11-24T19:06:15Z"}
  contains:
    id:
      description: Its number, for O(journal).
      type: int
    status:
      description: V(applied), V(unconfirmed), V(restored), or V(open) when it is being written or its run died.
      type: str
    path:
      description: The file.
      type: str
    confirm_within:
      description: After how many seconds, counted from the moment before the first change, it is put back.
      type: int
      returned: when RV(journal.status) is V(unconfirmed)
    confirm_by:
      description: When that is, UTC.
      type: str
      returned: when RV(journal.status) is V(unconfirmed)
    time:
      description: When it was made, UTC.
      type: str
      returned: with O(state=restored) and O(state=confirmed)
    comment:
      description: The O(comment) of the run that made it.
      type: str
      returned: with O(state=restored) and O(state=confirmed), when there is one
health:
  description: The kernel's TCP counters of the network namespace as they were before anything was written, see M(linuxnet.tcp.health_info).
  returned: with O(health), when they can be read
  type: dict
  sample:
    seconds: 351.02
    boot_id: 0a6b1d2e-6c1f-4a0e-9f55-6c2f4a3b7d10/21
    counters: {Tcp.OutSegs: 48120, TcpExt.ListenOverflows: 0}
recovered:
  description: What was put back before anything else, as the run that changed it had died or nobody had confirmed it.
  returned: when there was such
  type: list
  elements: dict
  sample:
    - id: 41
      time: "2026-11-24T19:05:15Z"
      reason: half-done
      undone: [net.ipv4.tcp_syncookies]
      kept: []
      comment: change 4711
  contains:
    id:
      description: Number of the journal.
      type: int
    time:
      description: When it was made, UTC.
      type: str
    reason:
      description: V(half-done) or V(unconfirmed).
      type: str
    undone:
      description: Keys, and paths of files, that were put back.
      type: list
      elements: str
    kept:
      description: What somebody else had changed since, and was left as it is; one line for each.
      type: list
      elements: str
    comment:
      description: The O(comment) of that run.
      type: str
      returned: when there is one
modules:
  description: The list of kernel modules that goes with the drop-in, and what was changed in it or would be in check mode.
  returned: success, when O(load_modules=true)
  type: dict
  sample:
    path: /etc/modules-load.d/90-linuxnet-tcp.conf
    added: [nf_conntrack]
    removed: []
  contains:
    path:
      description: The list. It exists only when a module has to be named.
      type: str
    added:
      description: Modules that it names from now on.
      type: list
      elements: str
    removed:
      description: Modules that it names no longer.
      type: list
      elements: str
problems:
  description: What is wrong, one line for each problem.
  returned: failure
  type: list
  elements: str
  sample:
    - "net.ipv4.tcp_max_tw_buckets: -5: out of range; allowed: 1..2147483647 (sockets)"
undone:
  description: Keys, and the paths of files, that had been changed and were put back.
  returned: failure
  type: list
  elements: str
  sample: [net.ipv4.tcp_syncookies]
left:
  description: What could not be put back, each with the reason. RV(ignore:changed) is true only if there is such.
  returned: failure
  type: list
  elements: dict
  sample: []
netns:
  description: The network namespace that was changed.
  returned: when O(netns) is given, on success
  type: dict
  sample:
    inode: 4026532281
    names: [blue]
    process_count: 2
    processes:
      - {pid: 4711, comm: nginx}
      - {pid: 4712, comm: nginx}
    container: 3f4e1c0b9a8766d5e4c3b2a190f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6
  contains:
    inode:
      description: Its number, as C(readlink /proc/PID/ns/net) prints it.
      type: int
    names:
      description: Its names in C(/run/netns), and its paths in Docker's folder. Each can be given to O(netns).
      type: list
      elements: str
    process_count:
      description: How many processes that this user may see are in it.
      type: int
    processes:
      description: The first ten of them. A process that ended meanwhile has no C(comm).
      type: list
      elements: dict
    container:
      description: Id of the container that its first process is in.
      type: str
      returned: when its control group shows one
'''

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import payload

payload.lighten()

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.linuxnet.tcp.plugins.module_utils import changes, keeper
from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, printable
from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import conf_dir, drop_in_file, sysctl_tree
from ansible_collections.linuxnet.tcp.plugins.module_utils.programs import keeper_ports
from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import boot, visiting


def labelled_store(module, path, like=None, follow=False):
    """Return the port of the drop-in, or of another file; on SELinux a new file gets the label that the policy has for its path."""
    def set_context(temporary, path):
        if module.selinux_enabled():
            module.set_context_if_different(temporary, module.selinux_default_context(path), False)

    return drop_in_file.DropInFile(path, set_context, like=like, follow=follow)


def host_keeper(module):
    """Return what keeps lock and journal of this host."""
    wish = keeper.Wish(
        comment=module.params['comment'], confirm_within=module.params['confirm_within'], lock_timeout=module.params['lock_timeout'],
        keep=module.params['journal_keep'], visited=module.params['netns'] is not None)
    ports = keeper_ports.ports if wish.confirm_within is None else keeper_ports.ports_with_watchdog
    return keeper.Keeper(wish, ports(module.params['journal_dir'], lambda path: labelled_store(module, path)))


def boot_files(module):
    """Return what tells the next boot and opens the files that decide it."""
    return boot.BootFiles(conf_dir.ConfDir(), lambda path, like: labelled_store(module, path, like), open_files=host_files)


def host_files():
    """Return the port of the host's lists of kernel modules, which is compiled only when one is to be written."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import host_files as port
    return port.HostFiles()


def open_world():
    """Return the port of the network namespaces, which is compiled only when one is named."""
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import netns
    return netns.NetNamespaces()


def health_beside(module):
    """Return ({health} or {}, warnings); what reads it is compiled only when it is asked for."""
    if not module.params['health']:
        return {}, []
    from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import clock, machine, procfs
    from ansible_collections.linuxnet.tcp.plugins.module_utils.readers import health
    return health.beside_a_change(True, procfs.ProcFs(), clock.Clock(), machine.Machine())


def main():
    module = AnsibleModule(
        argument_spec={
            'settings': {'type': 'dict'},
            'state': {'type': 'str', 'choices': ['present', 'absent', 'restored', 'confirmed'], 'default': 'present'},
            'persist': {'type': 'bool', 'default': True},
            'runtime': {'type': 'bool', 'default': True},
            'path': {'type': 'path', 'default': '/etc/sysctl.d/90-linuxnet-tcp.conf'},
            'follow': {'type': 'bool', 'default': False},
            'unsupported': {'type': 'str', 'choices': ['fail', 'skip'], 'default': 'fail'},
            'netns': {'type': 'str'},
            'shadowed': {'type': 'str', 'choices': ['fail', 'warn', 'take_over'], 'default': 'fail'},
            'comment': {'type': 'str'},
            'confirm_within': {'type': 'int'},
            'lock_timeout': {'type': 'int', 'default': 60},
            'journal': {'type': 'int'},
            'journal_dir': {'type': 'path', 'default': '/var/lib/linuxnet-tcp'},
            'journal_keep': {'type': 'int', 'default': 20},
            'restore_runtime': {'type': 'bool', 'default': False},
            'conflicts': {'type': 'str', 'choices': ['fail', 'keep'], 'default': 'fail'},
            'load_modules': {'type': 'bool', 'default': False},
            'health': {'type': 'bool', 'default': False},
        },
        required_if=[('state', 'present', ['settings']), ('state', 'absent', ['settings'])],
        supports_check_mode=True,
    )
    store = labelled_store(module, module.params['path'], follow=module.params['follow'])
    try:
        changes.check(module.params)
        with visiting.visited_to_write(module.params['netns'], changes.persists(module.params), open_world) as about:
            seen, doubts = health_beside(module)
            result = changes.carry_out(module.params, module.check_mode, sysctl_tree.SysctlTree(), store, boot_files(module), host_keeper(module))
    except errors.LinuxnetError as exc:
        module.fail_json(msg=exc.message, **exc.details)
    for warning in doubts + result.pop('warnings'):
        module.warn(printable.line(warning))
    module.exit_json(**dict(dict(result, **about), **seen))


if __name__ == '__main__':
    main()
