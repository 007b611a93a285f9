# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of keys that the kernel dropped are commented out wherever the next boot reads them, and nothing else is touched."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import boot_plan, boot_retire, conf_rules, sysctl_conf

RECYCLE = 'net.ipv4.tcp_tw_recycle'
PLACE = boot_plan.Place('/etc/sysctl.d/90-linuxnet-tcp.conf', '/etc/sysctl.d/90-linuxnet-tcp.conf')


def outlook(files, names=(RECYCLE,), loader=conf_rules.PROCPS):
    folders = {}
    for path, content in files.items():
        folder, _slash, name = path.rpartition('/')
        folders.setdefault(folder, []).append(sysctl_conf.Entry(name.encode('ascii'), 'file', content, None))
    conf = next((entry for entry in folders.pop('/etc', [])), None)
    tree = sysctl_conf.Tree([sysctl_conf.Directory(folder, sorted(entries)) for folder, entries in sorted(folders.items())], conf, None, '/cred')
    return boot_retire.retire(boot_plan.Boot(tree, conf_rules.rules(loader, None)), PLACE, list(names))


def test_every_line_of_the_key_goes_and_the_rest_stays():
    found = outlook({'/etc/sysctl.d/10-old.conf': b'# old\nnet.ipv4.tcp_tw_recycle = 1\nnet.ipv4.tcp_tw_reuse = 1\nnet/ipv4/tcp_tw_recycle=0\n'})
    edit, = found.edits
    assert edit.taken == [('/etc/sysctl.d/10-old.conf:2', RECYCLE), ('/etc/sysctl.d/10-old.conf:4', RECYCLE)]
    lines = edit.after.split(b'\n')
    assert [line for line in lines if line and not line.startswith(b'#')] == [b'net.ipv4.tcp_tw_reuse = 1']
    assert b'#net.ipv4.tcp_tw_recycle = 1' in lines
    assert b'this kernel has no net.ipv4.tcp_tw_recycle' in lines[1]
    assert (found.problems, found.warnings) == ([], [])


def test_sysctl_conf_is_a_file_like_others():
    found = outlook({'/etc/sysctl.conf': b'net.ipv4.tcp_tw_recycle = 1\n'})
    assert [edit.path for edit in found.edits] == ['/etc/sysctl.conf']


def test_a_second_time_nothing_is_left_to_do():
    first = outlook({'/etc/sysctl.d/10-old.conf': b'net.ipv4.tcp_tw_recycle = 1\n'})
    assert outlook({'/etc/sysctl.d/10-old.conf': first.edits[0].after}).edits == []


@pytest.mark.parametrize('path', ['/usr/lib/sysctl.d/50-package.conf', '/run/sysctl.d/50-program.conf'])
def test_files_of_packages_and_programs_are_left_with_a_warning(path):
    found = outlook({path: b'net.ipv4.tcp_tw_recycle = 1\n'})
    assert found.edits == []
    assert path + ':1 sets nothing on this kernel and stays' in found.warnings[0]


@pytest.mark.parametrize('line', [b'net.ipv4.tcp_tw_reuse = 1', b'net.ipv4.tcp_tw_* = 1', b'# net.ipv4.tcp_tw_recycle = 1', b'kernel.tcp_tw_recycle = 1'])
def test_other_lines_are_not_touched(line):
    assert outlook({'/etc/sysctl.d/10-old.conf': line + b'\n'}).edits == []


def test_the_drop_in_is_not_its_business():
    assert outlook({PLACE.path: b'net.ipv4.tcp_tw_recycle = 1\n'}).edits == []


def test_only_keys_that_were_removed_count():
    names = [RECYCLE, 'net.ipv4.tcp_tw_reuse', 'net.ipv4.tcp_syncokies', 'net.ipv4.tcp_tw_reuse_delay']
    assert boot_retire.removed(names, '6.1.0') == [RECYCLE]
    assert boot_retire.removed(names, '4.11.12') == []
    assert boot_retire.removed(names, '3.10.0-1160.el7') == []
