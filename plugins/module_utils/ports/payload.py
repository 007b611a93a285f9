# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spare a module that Ansible sent what its Python does twice or for nothing. Outside of a payload, a zip of sources, nothing is changed.

Python 3 asks ``zipimporter.get_filename()`` where a module is before it loads it, and that compiles the module to answer
(Lib/zipimport.py, https://github.com/python/cpython/issues/141276): every file of a payload is compiled twice. And Python looks for cycles
among all objects several times, last before it ends (Python/pylifecycle.c, finalize_modules), those of the modules that it has loaded among them.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import gc
import os
import pkgutil
import sys
import zipimport


class PayloadFinder(object):
    """Find modules as ``importlib.machinery.PathFinder`` does (PEP 451), and work out from the name where they are.

    Only modules of a package whose first place is a zip of sources are found here, which is where Python would look first, too.
    The zip's own importer loads them. Everything else is left to the finders that come after.
    """

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        """Return the spec of a module in a package, None when it is not in the zip that the package's ``path`` begins with."""
        place = next(iter(path or ()), None)
        importer = place and pkgutil.get_importer(place)
        if not isinstance(importer, zipimport.zipimporter):
            return None
        try:
            package = importer.is_package(fullname)
        except zipimport.ZipImportError:
            return None
        # Loaded in every Python 3 by the time that a module runs; Python 2 has none of that name, and does not come here.
        import importlib.util
        stem = os.path.join(place, fullname.rpartition('.')[2])
        location, inside = (os.path.join(stem, '__init__.py'), [stem]) if package else (stem + '.py', None)
        return importlib.util.spec_from_file_location(fullname, location, loader=importer, submodule_search_locations=inside)


def lighten():
    """From now on, compile what is imported from the payload once, and leave what is in memory now out of the search for cycles.

    To be called before the module's other imports; what is in memory by then is Python's and Ansible's, and no file of ours. What comes
    later is collected as ever. Python 2 does not compile twice; there, and in 3.6, the search cannot be limited.
    """
    inside = isinstance(globals().get('__loader__'), zipimport.zipimporter)
    if not inside or sys.version_info < (3, 4) or PayloadFinder in sys.meta_path:
        return
    sys.meta_path.insert(0, PayloadFinder)
    if hasattr(gc, 'freeze'):
        gc.freeze()
