# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import subprocess
import sys

import pytest

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 5))


@pytest.mark.skipif(sys.version_info < (3, 11), reason='tools/ is written for Python 3.11 and newer')
@pytest.mark.skipif(not os.path.isdir(os.path.join(REPOSITORY, 'tools')), reason='tools/ is not part of an installed collection')
def test_the_page_says_what_the_table_says():
    tool = os.path.join(REPOSITORY, 'tools', 'catalogue_docs.py')
    process = subprocess.Popen([sys.executable, tool, '--check'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.communicate()[0]
    assert process.returncode == 0, output.decode('utf-8')
