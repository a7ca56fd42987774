#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# libperf of a kernel source, for configure: libperf.sh [--find] [--source DIR|TARBALL]
#
# Prints a folder with include/perf, lib/libperf.a and lib/libapi.a. It is in the
# suite's cache under a hash of the source, the compiler and this script, and is built
# there the first time; with --find nothing is built. The packaged source is preferred
# to --source, so that the agent does not change with the kernel one tries.
# Exit code 1: there is no source, or with --find nothing built from it.
set -eu
me=libperf.sh
self=$(readlink -f "$0")
unset CC CFLAGS CPPFLAGS LDFLAGS LIBS MAKEFLAGS MAKELEVEL MFLAGS TAR_OPTIONS
LC_ALL=C
export LC_ALL

# All that is read of a kernel source: 3 MB of 1.5 GB.
members='Makefile tools/lib/perf tools/lib/api tools/lib/zalloc.c tools/lib/str_error_r.c
	tools/build tools/scripts tools/include tools/arch/x86/include'

die() {
	echo "$me: $*" >&2
	exit 3
}

# In the order in which the harness looks for it.
packaged_source() {
	for suffix in xz zst bz2; do
		package=${PAGEMETA_USR_SRC:-/usr/src}/linux-source-6.12.tar.$suffix
		if [ -f "$package" ]; then
			echo "$package"
			return
		fi
	done
}

hash_of() {
	sha256sum | cut -d ' ' -f 1
}

# content_of TARBALL: its hash; a tarball is read once, as long as it stays the same file
content_of() {
	memory=$root/hash/libperf-$(stat -c '%n %s %y %i' "$1" | hash_of)
	if ! cat "$memory" 2>/dev/null; then
		hash_of <"$1" >"$memory.$$"
		cat "$memory.$$"
		# Written just now it may change again within the resolution of its time.
		if [ $(($(date +%s) - $(stat -c %Y "$1"))) -gt 2 ]; then
			mv "$memory.$$" "$memory"
		else
			rm "$memory.$$"
		fi
	fi
}

# pack DIR: what is needed of an unpacked source, as the same bytes each time
pack() {
	# shellcheck disable=SC2086
	tar -C "$1" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf - $members
}

# unpack_cached: from the harness's own cache, whose key is made from the tarball alone
unpack_cached() {
	cached=$(printf 'tarball\000%s\000' "$content" | hash_of)
	[ -f "$root/source/$cached/manifest.json" ] && command -v flock >/dev/null 2>&1 || return 1
	# Locked against its removal.
	(
		flock -s 7
		pack "$root/source/$cached/linux" | tar -C "$work/linux" -xf -
	) 7>>"$root/lock/source-$cached" && [ -f "$work/linux/Makefile" ]
}

unpack_tarball() {
	case $source in
	*.xz) set -- '--use-compress-program=xz -T0' ;;
	*) set -- ;;
	esac
	# What the top folder is called is the packager's affair.
	for member in $members; do
		set -- "$@" "*/$member"
	done
	tar -C "$work/linux" --strip-components=1 --no-same-owner --wildcards \
		--no-wildcards-match-slash --anchored -xf "$source" "$@"
}

# unpack: the members into $work/linux
unpack() {
	mkdir "$work/linux"
	if [ -d "$source" ]; then
		pack "$source" | tar -C "$work/linux" -xf -
	elif ! unpack_cached; then
		unpack_tarball
	fi
}

# Without paths of this host in it, and not at -O0 as the makefile has it.
compile() {
	for lib in api perf; do
		make -s -C "$work/linux/tools/lib/$lib" CC=cc \
			EXTRA_CFLAGS="-O2 -Wno-error -ffile-prefix-map=$work/linux=." \
			"lib$lib.a" >&2
	done
}

release() {
	sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) = //p' "$work/linux/Makefile" | paste -s -d .
}

install() {
	mkdir -p "$work/new/lib" "$work/new/include"
	cp "$work/linux/tools/lib/perf/libperf.a" "$work/linux/tools/lib/api/libapi.a" \
		"$work/new/lib"
	cp -R "$work/linux/tools/lib/perf/include/perf" "$work/new/include"
	printf '{\n  "name": "%s",\n  "bytes": %s\n}\n' "$(release)" \
		"$(du -sb "$work/new" | cut -f 1)" >"$work/new/manifest.json"
	: >"$work/new/used"
	# Another one that built the same meanwhile has won.
	mv -T "$work/new" "$entry" 2>/dev/null || [ -f "$entry/manifest.json" ]
}

build() {
	work=$entry.$$
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM HUP
	rm -rf "$entry" "$entry".*
	mkdir "$work"
	unpack
	compile
	install
}

find_only=no
source=$(packaged_source)
while [ $# -gt 0 ]; do
	case $1 in
	--find) find_only=yes ;;
	--source)
		shift
		[ $# -gt 0 ] || die '--source: name a folder or a tarball'
		[ -n "$source" ] || source=$1 ;;
	*) die "$1: not known; see the head of this script" ;;
	esac
	shift
done
[ -n "$source" ] || exit 1
[ -r "$source" ] || die "$source: cannot be read"
[ ! -d "$source" ] || [ -f "$source/tools/lib/perf/Makefile" ] ||
	die "$source: has no tools/lib/perf"
case ${XDG_CACHE_HOME-} in
/*) root=$XDG_CACHE_HOME/pagemeta ;;
*) root=$HOME/.cache/pagemeta ;;
esac
[ "$find_only" = no ] || [ -d "$root/libperf" ] || exit 1
mkdir -p "$root/libperf" "$root/hash" "$root/lock"
if [ -d "$source" ]; then
	content=$(pack "$source" | hash_of)
else
	content=$(content_of "$source")
fi
key=$({ echo "$content"; cc --version | head -n 1; cat "$self"; } | hash_of)
entry=$root/libperf/$key
if [ ! -f "$entry/manifest.json" ]; then
	[ "$find_only" = no ] || exit 1
	exec 8>>"$root/lock/build-$key"
	! command -v flock >/dev/null 2>&1 || flock 8
	[ -f "$entry/manifest.json" ] || build
fi
touch "$entry/used" 2>/dev/null || true
echo "$entry"
