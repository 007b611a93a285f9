# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weigh what is known of network address translation: evidence can prove it, silence cannot disprove it, only the operator can.

Three questions are kept apart: is this host's ``own_address`` translated on its way to others, do its ``clients`` come through a
translator, and does it translate (``translates``) for others or for itself. Timestamps of single peers are no evidence: current kernels
give every connection an offset of its own.
"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

OWN_ADDRESS, CLIENTS, TRANSLATES = QUESTIONS = ("own_address", "clients", "translates")
WEAK, STRONG = STRENGTHS = ("weak", "strong")
UNKNOWN, ABSENT, DECLARED_PRESENT = DECLARATIONS = ("unknown", "absent", "present")
# What a verdict says. POSSIBLE has to be treated as PRESENT.
PRESENT, POSSIBLE, FREE = VERDICTS = ("present", "possible", "declared_absent")

_SILENCE = "nothing was seen, which proves nothing; it has to be treated as present"


def evidence(question, kind, strength, detail):
    """Return one row of evidence: {question, kind, detail, strength}. Raises ValueError for a question or a strength that is not known."""
    if question not in QUESTIONS or strength not in STRENGTHS:
        raise ValueError("%s evidence about %s is not known" % (strength, question))
    return {"question": question, "kind": kind, "detail": detail, "strength": strength}


def verdicts(rows, declared=UNKNOWN):
    """Return {question: {verdict, reasons}} for rows of evidence and what the operator says about the NAT of the clients.

    ``declared`` is unknown, absent or present, and speaks of ``clients`` alone: how clients reach the host cannot be read off it, while
    the other two questions are about the host itself. Strong evidence gives present and weak evidence possible, whatever is declared.
    """
    return dict((question, _verdict([row for row in rows if row["question"] == question], declared if question == CLIENTS else UNKNOWN))
                for question in QUESTIONS)


def _verdict(rows, declared):
    strong = [row["detail"] for row in rows if row["strength"] == STRONG]
    weak = [row["detail"] for row in rows if row["strength"] == WEAK]
    if strong or declared == DECLARED_PRESENT:
        return {"verdict": PRESENT, "reasons": _said(declared, strong + weak) + strong + weak}
    if weak:
        return {"verdict": POSSIBLE, "reasons": _said(declared, weak) + weak}
    if declared == ABSENT:
        return {"verdict": FREE, "reasons": ["declared absent, and nothing that was read contradicts"]}
    return {"verdict": POSSIBLE, "reasons": [_SILENCE]}


def _said(declared, against):
    if declared == DECLARED_PRESENT:
        return ["declared present"]
    return ["declared absent, which the evidence overrules"] if declared == ABSENT and against else []


def has_to_be_assumed(verdict):
    """Tell whether a verdict ({verdict, reasons}) has to be treated as NAT: always, unless it is declared absent."""
    return verdict["verdict"] != FREE
