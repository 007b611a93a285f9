# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shipped: every profile against the catalogue and the benchmarks' tables, and the page that explains them."""

from __future__ import annotations

import importlib.util
import json
import re

import pytest
import yaml

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import catalogue, sysctl_value
from ansible_collections.linuxnet.tcp.plugins.plugin_utils import documents, findings, profiles

PAGE = documents.COLLECTION / "docs" / "profiles.md"
WORKLOADS = ("base", "web_server", "reverse_proxy", "forward_proxy", "database_client")
CIS = {
    "cis_debian_12": "CIS Debian Linux 12 Benchmark v1.1.0",
    "cis_ubuntu_2404": "CIS Ubuntu Linux 24.04 LTS Benchmark v1.0.0",
    "cis_rhel_9": "CIS Red Hat Enterprise Linux 9 Benchmark v2.0.0",
}
# Keys by control, as ComplianceAsCode/content has them at b3a2cca: controls/cis_debian12.yml, controls/cis_ubuntu2404.yml,
# products/rhel9/controls/{cis_rhel9,stig_rhel9}.yml. 4: net.ipv4.conf, 6: net.ipv6.conf.
CIS_KEYS = """
3.3.1 net.ipv4.ip_forward 6.all.forwarding
3.3.2 4.all.send_redirects 4.default.send_redirects
3.3.3 net.ipv4.icmp_ignore_bogus_error_responses
3.3.4 net.ipv4.icmp_echo_ignore_broadcasts
3.3.5 4.all.accept_redirects 4.default.accept_redirects 6.all.accept_redirects 6.default.accept_redirects
3.3.6 4.all.secure_redirects 4.default.secure_redirects
3.3.7 4.all.rp_filter 4.default.rp_filter
3.3.8 4.all.accept_source_route 4.default.accept_source_route 6.all.accept_source_route 6.default.accept_source_route
3.3.9 4.all.log_martians 4.default.log_martians
3.3.10 net.ipv4.tcp_syncookies
3.3.11 6.all.accept_ra 6.default.accept_ra
"""
STIG_KEYS = """
RHEL-09-251045 net.core.bpf_jit_harden
RHEL-09-253010 net.ipv4.tcp_syncookies
RHEL-09-253015 4.all.accept_redirects
RHEL-09-253020 4.all.accept_source_route
RHEL-09-253025 4.all.log_martians
RHEL-09-253030 4.default.log_martians
RHEL-09-253035 4.all.rp_filter
RHEL-09-253040 4.default.accept_redirects
RHEL-09-253045 4.default.accept_source_route
RHEL-09-253050 4.default.rp_filter
RHEL-09-253055 net.ipv4.icmp_echo_ignore_broadcasts
RHEL-09-253060 net.ipv4.icmp_ignore_bogus_error_responses
RHEL-09-253065 4.all.send_redirects
RHEL-09-253070 4.default.send_redirects
RHEL-09-253075 4.all.forwarding
RHEL-09-254010 6.all.accept_ra
RHEL-09-254015 6.all.accept_redirects
RHEL-09-254020 6.all.accept_source_route
RHEL-09-254025 6.all.forwarding
RHEL-09-254030 6.default.accept_ra
RHEL-09-254035 6.default.accept_redirects
RHEL-09-254040 6.default.accept_source_route
"""
ON = ("rp_filter", "log_martians", "tcp_syncookies", "icmp_ignore_bogus_error_responses", "icmp_echo_ignore_broadcasts")


def by_key(table):
    """Return {key: control} of a table above."""
    rows = [line.split() for line in table.split("\n") if line]
    return {re.sub(r"^([46])\.", r"net.ipv\1.conf.", key): control for control, *keys in rows for key in keys}


def load(name):
    return profiles.load(name, [])


@pytest.mark.parametrize("name", profiles.shipped())
def test_a_shipped_profile_says_where_it_comes_from(name):
    document = yaml.safe_load((profiles.SHIPPED / f"{name}.yml").read_text(encoding="utf-8"))
    assert documents.problems(document, "profile") == []
    assert {"name", "title", "description", "source", "version"} <= set(document)
    assert isinstance(document["version"], str)
    assert document["name"] == name


@pytest.mark.parametrize("name", profiles.shipped())
def test_a_shipped_profile_agrees_with_the_catalogue(name):
    for setting in load(name).settings:
        assert catalogue.get(setting.name) is not None, setting.name
        typed = sysctl_value.typed(catalogue.get(setting.name), setting.value)
        assert documents.accepts(setting.accept, typed), setting.name
        assert setting.why, setting.name
        assert setting.source, setting.name


@pytest.mark.parametrize("name", profiles.shipped())
def test_a_shipped_profile_has_no_waiver_and_softens_nothing_but_the_articles_buckets(name):
    profile = load(name)
    assert profile.waivers == ()
    softened = {(setting.name, guard) for setting in profile.settings for guard in setting.soften}
    assert softened == ({("net.ipv4.tcp_max_tw_buckets", "max-tw-buckets-below-in-use")} if name == "article" else set())


@pytest.mark.parametrize("name", CIS)
def test_cis_controls_are_complete_and_each_key_has_its_own(name):
    settings = load(name).settings
    assert {setting.name: setting.control for setting in settings} == {
        key: (profiles.Control(CIS[name], control),) for key, control in by_key(CIS_KEYS).items()
    }
    assert len({setting.control for setting in settings}) == 11


def test_stig_controls_are_complete_and_each_key_has_its_own():
    benchmark = "DISA STIG for Red Hat Enterprise Linux 9 V2R9"
    settings = load("stig_rhel_9").settings
    assert {setting.name: setting.control for setting in settings} == {
        key: (profiles.Control(benchmark, control),) for key, control in by_key(STIG_KEYS).items()
    }
    assert {setting.severity for setting in settings} == {"medium"}


@pytest.mark.parametrize("name", [*CIS, "stig_rhel_9", "network_hardening"])
def test_hardening_values_are_exactly_those_of_the_benchmarks(name):
    for setting in load(name).settings:
        wanted = 2 if setting.name.endswith("bpf_jit_harden") else int(setting.name.rsplit(".", 1)[1] in ON)
        assert (setting.value, setting.accept) == (str(wanted), {"const": wanted}), setting.name


@pytest.mark.parametrize("name", [*CIS, "stig_rhel_9", "network_hardening"])
def test_forwarding_is_left_to_routers_and_container_hosts_and_ipv6_to_kernels_that_have_it(name):
    for setting in load(name).settings:
        forwards = setting.name.endswith("forward") or setting.name.endswith("forwarding")
        assert setting.when.not_workload == (("router", "container_host") if forwards else ()), setting.name
        assert setting.when.exists is setting.name.startswith("net.ipv6."), setting.name


@pytest.mark.parametrize("name", WORKLOADS)
def test_workload_profiles_hold_no_folk_values(name):
    values = {setting.name.removeprefix("net.ipv4."): setting for setting in load(name).settings}
    assert "tcp_max_tw_buckets" not in values
    assert (values["tcp_timestamps"].value, values["tcp_sack"].value, values["tcp_abort_on_overflow"].value) == ("1", "1", "0")
    assert values["tcp_tw_recycle"].value == "0"
    assert not documents.accepts(values["tcp_fin_timeout"].accept, 5)
    if "ip_local_port_range" in values:
        low, high = map(int, values["ip_local_port_range"].value.split())
        assert low % 2 != high % 2
        assert low >= 1024


def test_what_overrides_is_really_different_and_the_rest_is_inherited():
    proxy, web = load("reverse_proxy"), load("web_server")
    (own,) = [setting for setting in proxy.settings if setting.name == "net.core.somaxconn"]
    (theirs,) = [setting for setting in web.settings if setting.name == "net.core.somaxconn"]
    assert (own.value, theirs.value, own.why) == ("16384", "4096", theirs.why)
    assert set(web.names()) < set(proxy.names())
    assert set(proxy.names()) == set(load("forward_proxy").names())


def test_digests_are_all_different():
    assert len({load(name).digest for name in profiles.shipped()}) == len(profiles.shipped())


def test_the_example_of_the_page_is_a_profile():
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    example = profiles.parse(yaml.safe_load(text), "docs/profiles.md")
    settings = {setting.name: setting for setting in example.settings}
    assert settings["net.core.somaxconn"].value == "32768"
    assert "net.ipv4.tcp_keepalive_probes" not in settings
    assert settings["net.ipv4.tcp_fin_timeout"].severity == "medium"
    assert settings["net.ipv4.tcp_fin_timeout"].accept == {"minimum": 30}
    assert example.thresholds == {"ephemeral_medium": 60}
    assert example.waivers[0].hosts == ("legacy-*",)


def test_the_page_names_every_field_of_the_schema():
    schema = json.loads((documents.COLLECTION / "schemas" / "profile.schema.json").read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")
    parts = ("setting", "when", "waiver", "control")
    fields = [*schema["properties"], *(name for part in parts for name in schema["$defs"][part]["properties"])]
    assert [name for name in fields if f"`{name}" not in page] == []


def test_the_table_of_the_page_is_not_stale():
    tool = documents.COLLECTION / "tools" / "profiles_docs.py"
    if not tool.exists():
        pytest.skip("tools/ is not part of an installed collection")
    spec = importlib.util.spec_from_file_location("profiles_docs", tool)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = PAGE.read_text(encoding="utf-8")
    assert page == module.render(profiles, page)


def test_every_threshold_can_be_overridden():
    given = dict.fromkeys(findings.THRESHOLDS, 1)
    made = profiles.parse({"name": "x", "thresholds": given, "settings": {"net.ipv4.tcp_sack": {"value": 1}}}, "x")
    assert made.thresholds == given
