# -*- coding: utf-8 -*-
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put together which other programs set sysctls on this host, and where that is written."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.linuxnet.tcp.plugins.module_utils.core import errors, writer_conf

_TUNED = "/etc/tuned"
# The last one that has the profile wins: tuned/consts.py, before and after profiles got a folder of their own.
_TUNED_PROFILES = ("/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned")
# Highest first. The vendor's files are for containers and virtual machines, and act only when one of those comes up.
_NETWORKS = ("/etc/systemd/network", "/run/systemd/network", "/usr/local/lib/systemd/network")
_NETWORKD = ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd")
_CONNECTIONS = ("/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections", "/usr/lib/NetworkManager/system-connections")
_USER_DATA = ("/var/lib/cloud/instance/cloud-config.txt", "/var/lib/cloud/instance/user-data.txt")
_CLOUD_FILES = ("cloudimg", "cloud-init")

# What each does without being told to, always or when it sees need; no configuration says the values.
_BPFTUNE = (
    "net.core.flow_limit_cpu_bitmap", "net.core.high_order_alloc_disable", "net.core.netdev_budget", "net.core.netdev_budget_usecs",
    "net.core.netdev_max_backlog", "net.core.rmem_default", "net.core.rmem_max", "net.ipv4.ipfrag_high_thresh",
    "net.ipv4.neigh.default.gc_interval", "net.ipv4.neigh.default.gc_stale_time", "net.ipv4.neigh.default.gc_thresh1",
    "net.ipv4.neigh.default.gc_thresh2", "net.ipv4.neigh.default.gc_thresh3", "net.ipv4.tcp_allowed_congestion_control",
    "net.ipv4.tcp_congestion_control", "net.ipv4.tcp_max_orphans", "net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_mem",
    "net.ipv4.tcp_moderate_rcvbuf", "net.ipv4.tcp_no_metrics_save", "net.ipv4.tcp_no_ssthresh_metrics_save", "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies", "net.ipv4.tcp_thin_linear_timeouts", "net.ipv4.tcp_wmem", "net.ipv4.udp_mem")
_DOCKER = ("net.bridge.bridge-nf-call-ip6tables", "net.bridge.bridge-nf-call-iptables", "net.ipv4.conf.*.route_localnet", "net.ipv6.conf.all.forwarding")
_NETWORKMANAGER = ("net.ipv6.conf.*.accept_ra", "net.ipv6.conf.*.disable_ipv6", "net.ipv6.conf.*.use_tempaddr")


def read_writers(files):
    """Return the ``writers`` of docs/architecture.md, 3.4, from a ports.host_files.HostFiles.

    Each row: {writer, active, source, sets: {name: value} or [names]}, with ``where`` {name: file:line} beside a mapping. A file that is
    closed to us or damaged gives a row with ``unreadable`` and without ``sets``. A program that is not there gives no row.
    """
    rows = []
    for name, read in _READERS:
        try:
            rows.extend(read(files))
        except errors.LinuxnetError as exc:
            # What decides whether it is active could not be read, either.
            rows.append({"writer": name, "source": exc.message.partition(": ")[0], "unreadable": exc.message})
    return rows


def _rows(writer, active, source, sets, **more):
    """Return one row for the values that are known, and one for the names whose value is not."""
    rows, known, names = [], [one for one in sets if one.value is not None], sorted(set(one.name for one in sets if one.value is None))
    row = dict({"writer": writer, "active": active, "source": source}, **more)
    if known:
        values = dict((one.name, one.value) for one in known)
        rows.append(dict(row, sets=values, where=dict((one.name, one.source) for one in known)))
    if names:
        rows.append(dict(row, sets=names))
    return rows


def _state(files, command, unit):
    """Return (active, where that was seen), (False, None) where there is neither the process nor its unit."""
    path, wanted = files.unit(unit)
    if command in files.commands():
        return True, path or "process " + command
    return wanted and path is not None, path


def _from_files(writer, active, paths, files, parse, **more):
    """Return the rows of configuration files, each read by itself: one that is closed or damaged hides no other."""
    rows = []
    for path in paths:
        try:
            data = files.read(path)
            rows.extend(_rows(writer, active, path, parse(path, data), **more) if data is not None else [])
        except errors.LinuxnetError as exc:
            text = exc.message if exc.message.startswith(path) else "%s: %s" % (path, exc.message)
            rows.append({"writer": writer, "active": active, "source": path, "unreadable": text})
    return rows


# One function for each program


def _tuned(files):
    chosen = files.read(_TUNED + "/active_profile")
    if not (chosen or b"").strip():
        return []
    names = (chosen + b" " + (files.read(_TUNED + "/post_loaded_profile") or b"")).decode("utf-8", "replace").split()
    profiles = []
    for name in names:
        _tuned_profile(files, name, profiles)
    main = dict((option.key, option.value) for option in writer_conf.options(files.read(_TUNED + "/tuned-main.conf") or b""))
    reapplies = writer_conf.is_true(main.get("reapply_sysctl"), True)
    excluded = [pattern.strip() for pattern in main.get("reapply_sysctl_exclude", "").replace(";", ",").split(",") if pattern.strip()]
    active = _state(files, "tuned", "tuned.service")[0]
    more = {"profile": " ".join(names), "reapplies_files": reapplies}
    if excluded:
        more["reapply_excluded"] = excluded
    return _rows("tuned", active, _TUNED + "/active_profile", writer_conf.tuned_sets(profiles), **more)


def _tuned_profile(files, name, profiles):
    """Append the profiles that ``name`` includes, then itself; none twice (tuned/profiles/loader.py)."""
    read = [path for path, _options in profiles]
    for folder in _TUNED_PROFILES:
        path = "%s/%s/tuned.conf" % (folder, name.rpartition("/")[2])
        data = files.read(path) if path not in read else None
        if data is not None:
            break
    else:
        return
    options = writer_conf.options(data)
    # Reserve the place, so that profiles that include each other end.
    place = [(path, [])]
    below = profiles + place
    for included in writer_conf.tuned_includes(options):
        _tuned_profile(files, included, below)
    below.remove(place[0])
    profiles[:] = below + [(path, options)]


def _bpftune(files):
    active, source = _state(files, "bpftune", "bpftune.service")
    return _rows("bpftune", active, source, [writer_conf.Set(name, None, source) for name in _BPFTUNE]) if source else []


def _ufw(files):
    state = files.read("/etc/ufw/ufw.conf")
    if state is None:
        return []
    active = writer_conf.is_true(writer_conf.shell(state).get("ENABLED"))
    path = writer_conf.shell(files.read("/etc/default/ufw") or b"").get("IPT_SYSCTL", "")
    data = files.read(path) if path.startswith("/") else None
    return _rows("ufw", active, path, writer_conf.sysctl_file(path, data)) if data is not None else []


def _networkd(files):
    active = _state(files, "systemd-network", "systemd-networkd.service")[0]
    networks = _chosen(files, _NETWORKS, ".network")
    mains = [folder + "/networkd.conf" for folder in _NETWORKD if files.read(folder + "/networkd.conf") is not None]
    confs = mains[:1] + _chosen(files, [folder + "/networkd.conf.d" for folder in _NETWORKD], ".conf")
    return (_from_files("systemd-networkd", active, networks, files, writer_conf.networkd_sets)
            + _from_files("systemd-networkd", active, confs, files, writer_conf.networkd_global_sets))


def _chosen(files, folders, ending):
    """Return the paths that count, by name: a name in a higher folder hides it in the lower ones."""
    paths = {}
    for folder in folders:
        for name in files.names(folder):
            if name.endswith(ending):
                paths.setdefault(name, folder + "/" + name)
    return [paths[name] for name in sorted(paths)]


def _networkmanager(files):
    active, source = _state(files, "NetworkManager", "NetworkManager.service")
    if source is None:
        return []
    rows = _rows("NetworkManager", active, source, [writer_conf.Set(name, None, source) for name in _NETWORKMANAGER])
    paths = [folder + "/" + name for folder in _CONNECTIONS for name in files.names(folder)]
    return rows + _from_files("NetworkManager", active, paths, files, writer_conf.networkmanager_sets)


def _cloud_init(files):
    if files.read("/etc/cloud/cloud.cfg") is None:
        return []
    active = files.read("/etc/cloud/cloud-init.disabled") is None
    paths = ["/etc/sysctl.d/" + name for name in files.names("/etc/sysctl.d") if name.endswith(".conf") and any(word in name for word in _CLOUD_FILES)]
    unknown = []
    for source in _USER_DATA:
        try:
            paths.extend(writer_conf.cloud_init_paths(files.read(source) or b""))
        except errors.SourceUnavailable as exc:
            # What its user data writes is not known; the files that it left are.
            unknown.append({"writer": "cloud-init", "active": active, "source": source, "unreadable": exc.message})
    return _from_files("cloud-init", active, sorted(set(paths)), files, writer_conf.sysctl_file, boot_file=True) + unknown


def _docker(files):
    active, source = _state(files, "dockerd", "docker.service")
    if source is None:
        return []
    names = [writer_conf.Set(name, None, source) for name in _DOCKER]
    config = "/etc/docker/daemon.json"
    if files.read(config) is None:
        return _rows("docker", active, source, names + writer_conf.docker_sets(source, b"{}"))
    return _rows("docker", active, source, names) + _from_files("docker", active, [config], files, writer_conf.docker_sets)


def _cni(files):
    folder = "/etc/cni/net.d"
    paths = [folder + "/" + name for name in files.names(folder) if name.endswith((".conf", ".conflist", ".json"))]
    # No daemon need run: a container engine calls the plugins whenever it starts a container.
    return _from_files("cni", True, paths, files, writer_conf.cni_sets)


_READERS = (
    ("tuned", _tuned), ("bpftune", _bpftune), ("ufw", _ufw), ("systemd-networkd", _networkd), ("NetworkManager", _networkmanager),
    ("cloud-init", _cloud_init), ("docker", _docker), ("cni", _cni))
