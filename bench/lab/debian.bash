# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # mirror, security, work, architecture: the scripts that source it set them
#
# Fetches packages of Debian without changing the system's own apt state, and without root.

readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# Of which machines packages are fetched, as Debian names it.
architecture=amd64

# The mirror that this system's apt uses for Debian. Other archives may be configured,
# too, so the archive's signed Origin and Label decide. Before the first `apt-get update`
# they are missing; then the last part of the address decides.
find_mirrors() {
    local origin label uri by_path='' by_path_security=''
    command -v apt-get >/dev/null || return 0
    # shellcheck disable=SC2016 # apt expands these, not the shell
    while IFS='|' read -r origin label uri; do
        case $origin/$label in
        Debian/Debian) mirror=${mirror:-$uri} ;;
        Debian/Debian-Security) security=${security:-$uri} ;;
        /*)
            case ${uri%/} in
            */debian) by_path=${by_path:-$uri} ;;
            */debian-security) by_path_security=${by_path_security:-$uri} ;;
            esac
            ;;
        esac
    done < <(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 2>/dev/null | sort -u)
    mirror=${mirror:-$by_path}
    security=${security:-$by_path_security}
    # Mirrors have both archives side by side.
    if [[ -z $security && ${mirror%/} == */debian ]]; then
        security=${mirror%/}-security
    fi
}

# apt with a separate state: it reads our source list, keeps its lists and downloads in
# $work, and sees no installed package.
private_apt() {
    local tool=$1
    shift
    "$tool" \
        -o Dir::Etc::SourceList="$work/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null \
        -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State="$work/state" \
        -o Dir::State::status="$work/state/status" \
        -o Dir::Cache="$work/cache" \
        -o APT::Architecture="$architecture" \
        -o APT::Sandbox::User=root \
        -o APT::Update::Error-Mode=any \
        -o APT::Get::AllowUnauthenticated=false \
        -o Acquire::AllowInsecureRepositories=false \
        -o Acquire::AllowWeakRepositories=false \
        -o Acquire::Languages=none \
        -o Acquire::Retries=1 \
        -o Acquire::http::Timeout=30 \
        "$@"
}
# APT::Sandbox::User=root: as root, apt would become a user who cannot write to our
# cache. For others the setting has no effect.

# The reason in one line, from apt's messages.
reason() {
    local line
    line=$(grep -m1 -E '^(E|W): ' "$work/log" || tail -n1 "$work/log")
    line=${line#[EW]: }
    printf '%s' "${line:-apt-get printed nothing}"
}

source_line() { # URI SUITE [OPTION]
    printf 'deb [arch=%s signed-by=%s%s] %s %s main\n' "$architecture" "$KEYRING" "${3:+ $3}" "$1" "$2"
}
