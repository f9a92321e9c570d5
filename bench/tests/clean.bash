# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Clean Debians in folders, and how to run something there; for scripts that define die().

# make_clean SUITE FOLDER: unpacks a minimal Debian (bookworm, trixie) from where this system's apt
# gets its own packages. Needs root.
make_clean() {
    local suite=$1 folder=$2 conf list sources=() release
    command -v mmdebstrap >/dev/null || die "mmdebstrap is missing: apt-get install mmdebstrap"
    # One of the two is usual.
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/debian.*; do
        [[ ! -s $list ]] || sources+=("$list")
    done
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    [[ ${#sources[@]} != 0 && -n $release ]] || die "apt has no sources for a clean Debian"
    conf=$(mktemp)
    apt-config dump --format '%f "%v";%n' Acquire >"$conf"
    sed "s/\<$release\>/$suite/g" "${sources[@]}" |
        mmdebstrap --mode=root --variant=minbase --include=ca-certificates "--aptopt=$conf" \
            --dpkgopt=force-unsafe-io "$suite" "$folder" - ||
        die "cannot make a clean Debian: see above"
    rm "$conf"
    cp -L /etc/resolv.conf "$folder/etc/resolv.conf"
}

# add_user FOLDER NAME ID: an ordinary user with a home.
add_user() {
    mkdir -p "$1/home/$2"
    printf '%s:x:%d:%d::/home/%s:/bin/bash\n' "$2" "$3" "$3" "$2" >>"$1/etc/passwd"
    printf '%s:x:%d:\n' "$2" "$3" >>"$1/etc/group"
    # sudo looks there, too.
    printf '%s:*:20000::::::\n' "$2" >>"$1/etc/shadow"
    chown "$3:$3" "$1/home/$2"
}

# enter FOLDER ID COMMAND...: runs a command there as the user with that id, in namespaces of its own
# that end with it, and with no variables but PATH. /sys and devices are those of an ordinary container,
# but without terminals and tracefs, and "/" is no mount point.
enter() {
    # shellcheck disable=SC2016 # the shell inside expands it
    unshare --mount --pid --ipc --uts --fork --kill-child sh -e -c '
        root=$1 user=$2
        shift 2
        mount -t proc proc "$root/proc"
        mount -t sysfs -o ro sysfs "$root/sys"
        mount -t tmpfs tmpfs "$root/dev"
        for name in null zero full random urandom; do
            : >"$root/dev/$name"
            mount --bind "/dev/$name" "$root/dev/$name"
        done
        ln -s /proc/self/fd "$root/dev/fd"
        ln -s fd/0 "$root/dev/stdin"
        ln -s fd/1 "$root/dev/stdout"
        ln -s fd/2 "$root/dev/stderr"
        mkdir "$root/dev/shm"
        chmod 1777 "$root/dev/shm"
        exec chroot --userspec="$user:$user" "$root" "$@"' - "$1" "$2" \
        /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${@:3}"
}
