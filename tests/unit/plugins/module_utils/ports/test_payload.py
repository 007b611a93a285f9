# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import from a zip as a module does that Ansible sends, with and without the finder, in Pythons of their own."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import inspect
import json
import subprocess
import sys
import zipfile

import pytest

from ansible_collections.linuxnet.tcp.plugins.module_utils.ports import payload

# Every compilation of it warns: the backslash is no escape (https://docs.python.org/3/reference/lexical_analysis.html).
ODD = 'PATTERN = "\\d"\n'
FILES = {
    'house/__init__.py': '',
    'house/payload.py': inspect.getsource(payload),
    'house/odd.py': ODD,
    'house/room/__init__.py': 'SIZE = 3\n',
    'house/room/shelf.py': 'def fall():\n    raise KeyError("fell")\n',
    'house/broken.py': 'def (:\n',
}
BEGIN = '''
import json, sys, warnings
sys.path.insert(0, %r)
from house import payload
if %r:
    payload.lighten()
    payload.lighten()
'''
COUNT = '''
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    from house import odd
print(json.dumps([str(one.category.__name__) for one in seen]))
'''
DESCRIBE = '''
from house import room
from house.room import shelf
def told(module):
    spec = module.__spec__
    return [module.__name__, module.__file__, module.__package__, type(module.__loader__).__name__, list(getattr(module, "__path__", ())),
            spec.name, spec.origin, spec.has_location, spec.parent, list(spec.submodule_search_locations or ())]
print(json.dumps([told(room), told(shelf), room.SIZE]))
'''
python3 = pytest.mark.skipif(sys.version_info < (3, 4), reason='Python 2 compiles a module of a zip once, and knows no specs')


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / 'sent.zip'
    with zipfile.ZipFile(str(path), 'w') as target:
        for name, text in FILES.items():
            target.writestr(name, text)
    return str(path)


def run(archive, script, once=True):
    """Return (exit status, output, what it complained of) of a script in a Python of its own."""
    done = subprocess.Popen(
        [sys.executable, '-c', BEGIN % (archive, once) + script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    output, complaint = done.communicate()
    return done.returncode, output, complaint


@python3
def test_a_file_of_the_payload_is_compiled_once(archive):
    status, output, complaint = run(archive, COUNT)
    assert (status, complaint) == (0, '')
    assert len(json.loads(output)) == 1


@python3
def test_modules_and_packages_look_as_python_makes_them(archive):
    told = [run(archive, DESCRIBE, once) for once in (False, True)]
    assert told[0][0] == 0, told[0][2]
    assert told[0] == told[1]


@python3
def test_the_finder_is_there_once_and_before_pythons_own(archive):
    script = 'print([number for number, one in enumerate(sys.meta_path) if one is payload.PayloadFinder])'
    assert run(archive, script) == (0, '[0]\n', '')
    assert run(archive, script, once=False) == (0, '[]\n', '')


@pytest.mark.skipif(sys.version_info < (3, 7), reason='gc.freeze() came with Python 3.7')
def test_what_was_there_is_frozen_and_what_comes_is_collected(archive):
    script = (
        'import gc\nfrozen = gc.get_freeze_count()\n'
        'def make():\n    class Ring(object):\n        def __del__(self):\n            print("collected")\n    one = Ring()\n    one.one = one\n'
        'make()\nprint(frozen > 1000)\n'
    )
    for once in (True, False):
        assert run(archive, script, once) == (0, '%s\ncollected\n' % once, '')


def test_a_traceback_shows_the_line(archive):
    script = 'import traceback\nfrom house.room import shelf\ntry:\n    shelf.fall()\nexcept KeyError:\n    traceback.print_exc()\n'
    status, _output, complaint = run(archive, script)
    assert status == 0
    assert 'shelf.py", line 2, in fall' in complaint
    assert 'raise KeyError("fell")' in complaint


@pytest.mark.parametrize('name, error', [('house.nothing', 'ImportError'), ('house.room.nothing', 'ImportError'), ('house.broken', 'SyntaxError')])
def test_what_cannot_be_imported_fails_as_it_does_without(archive, name, error):
    script = 'import importlib\ntry:\n    importlib.import_module(%r)\nexcept %s as error:\n    print(str(error).splitlines()[0])\n' % (name, error)
    without, with_it = (run(archive, script, once) for once in (False, True))
    assert with_it[0] == 0, with_it[2]
    assert with_it == without


def test_a_folder_that_comes_first_wins_as_it_does_without(archive, tmp_path):
    (tmp_path / 'room').mkdir()
    (tmp_path / 'room' / 'shelf.py').write_text(u'FROM = "folder"\n')
    script = 'from house import room\nroom.__path__.insert(0, %r)\nfrom house.room import shelf\nprint(shelf.FROM)\n' % str(tmp_path / 'room')
    assert run(archive, script) == (0, 'folder\n', '')


def test_outside_of_a_payload_nothing_is_changed():
    before = list(sys.meta_path)
    payload.lighten()
    assert sys.meta_path == before
    assert payload.PayloadFinder.find_spec('json') is None
    assert payload.PayloadFinder.find_spec('json.decoder', path=[]) is None


def test_files_are_left_to_python():
    assert payload.PayloadFinder.find_spec('json.decoder', path=json.__path__) is None
