# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of sphinx for the documentation site; tools/check/site.py lays the pages beside this file and calls it."""

project = "linuxnet.tcp"
author = "linuxnet.tcp contributors"
project_copyright = "2026, linuxnet.tcp contributors"
extensions = ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
html_theme = "furo"
html_title = project
html_show_sphinx = False
# Pages are shown as they are, not as their source.
html_copy_source = False
myst_heading_anchors = 3
# Written by tools/check/site.py: nothing is fetched while the site is built.
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/latest/", "ansible.inv")}
# The flow of the architecture and commands of a shell are no language that pygments could check.
highlight_language = "none"
