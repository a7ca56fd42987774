# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What run-suite and run-tests share: find what is missing, install it or say
# how, build the suite in build/. Sourced by a script that
# sets $top (the checkout), $me (its name) and $install (yes or no), and may set
# $libperf ("find": it is not built) and $kernel_source (what --kernel-source names). A
# checkout that was configured itself is built in place, any other in build/.
# shellcheck disable=SC2154

os_release=${PAGEMETA_OS_RELEASE:-/etc/os-release}
build=$top/build
[ ! -f "$top/config.status" ] || build=$top

# Debian packages by what they are for; programs_needed and modules_needed stand
# in for them on other distributions.
packages_of() {
	case $1 in
	build)
		echo gcc make libc6-dev autoconf automake pkg-config libsqlite3-dev libjansson-dev \
			libinih-dev libhwloc-dev libnuma-dev libgsl-dev zlib1g-dev nettle-dev libcmocka-dev ;;
	kernel)
		echo xz-utils flex bison bc libelf-dev patch perl libcap-dev ;;
	kernel-source)
		echo linux-source-6.12 ;;
	guest)
		echo qemu-system-x86 gnuplot-nox ;;
	tests)
		echo clang shellcheck jq sqlite3 procps python3-jsonschema libxml2-utils \
			zsh mandoc chromium chromium-driver curl ;;
	esac
}

# The same groups in programs, and in pkg-config modules, for other distributions.
programs_of() {
	case $1 in
	build) echo gcc make autoconf automake pkg-config ;;
	kernel) echo xz flex bison bc patch perl ;;
	guest) echo qemu-system-x86_64 gnuplot ;;
	tests) echo clang shellcheck jq sqlite3 pgrep ;;
	esac
}

modules_of() {
	case $1 in
	build) echo sqlite3 jansson inih hwloc numa gsl zlib nettle cmocka ;;
	kernel) echo libelf ;;
	esac
}

say() {
	printf '%s: %s\n' "$me" "$*" >&2
}

# Only on a terminal: a pipe stays quiet.
tell() {
	[ ! -t 2 ] || say "$*"
}

die() {
	say "error: $*"
	exit 3
}

# The packages are named for this release; others lack some of them.
is_debian_12() {
	command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 &&
		grep -q '^ID=debian$' "$os_release" 2>/dev/null &&
		grep -q '^VERSION_ID="12"$' "$os_release" 2>/dev/null
}

# The packages among $* that are not installed.
missing_packages() {
	for package in "$@"; do
		status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
		[ "$status" = installed ] || printf '%s ' "$package"
	done
}

install_packages() {
	command="apt-get install -y --no-install-recommends $*"
	if [ "$install" = no ]; then
		die "missing packages: $*; install them with: $command"
	elif [ "$(id -u)" != 0 ]; then
		die "missing packages: $*; install them with: sudo $command"
	fi
	say "installing: $*"
	log=$(mktemp)
	if { apt-get -o DPkg::Lock::Timeout=600 update &&
	     DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
		install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
		rm -f "$log"
	else
		tail -n 5 "$log" >&2
		die "installing packages failed; all of it is in $log"
	fi
}

# Another distribution: say what is needed, in names every one of them knows.
check_elsewhere() {
	lacking=
	for group in "$@"; do
		for program in $(programs_of "$group"); do
			command -v "$program" >/dev/null 2>&1 || lacking="$lacking $program"
		done
		for module in $(modules_of "$group"); do
			pkg-config --exists "$module" 2>/dev/null ||
				lacking="$lacking $module(development-files)"
		done
	done
	[ -z "$lacking" ] || die "this is not Debian 12, so nothing is installed; still needed:$lacking" \
		"(and static libc and zlib); a kernel source is given with" \
		"--kernel-source DIR or TARBALL (Linux 6.12)"
}

# need GROUP...: make sure of the packages of these groups.
need() {
	if ! is_debian_12; then
		check_elsewhere "$@"
		return
	fi
	missing=
	for group in "$@"; do
		# shellcheck disable=SC2046
		missing="$missing$(missing_packages $(packages_of "$group"))"
	done
	# shellcheck disable=SC2086
	[ -z "$missing" ] || install_packages $missing
}

# logged WHAT COMMAND...: run it, show the log's end only when it fails.
logged() {
	what=$1
	shift
	"$@" >>"$top/build/setup.log" 2>&1 && return
	grep -E '(error|Error):? ' "$top/build/setup.log" | head -n 3 >&2
	tail -n 5 "$top/build/setup.log" >&2
	die "$what failed; all of it is in $top/build/setup.log"
}

configure_in_build() {
	(cd "$build" && "$top/configure" --quiet)
}

configure_again() {
	(cd "$build" && ./config.status --recheck && ./config.status)
}

# prepare_libperf: PAGEMETA_LIBPERF becomes where it is, for configure; without a kernel
# source it stays what it was, and "" where there is none
prepare_libperf() {
	configured=$(sed -n 's/^LIBPERF_DIR = //p' "$build/Makefile" 2>/dev/null) || true
	status=0
	PAGEMETA_LIBPERF=$("$top/build-aux/libperf.sh" ${libperf:+--find} \
		${kernel_source:+--source "$kernel_source"} 2>>"$top/build/setup.log") || status=$?
	[ "$status" -le 1 ] || say "libperf cannot be built, so that there are no performance" \
		"counters; why is in $top/build/setup.log"
	[ -n "$PAGEMETA_LIBPERF" ] || [ ! -d "$configured" ] || PAGEMETA_LIBPERF=$configured
	export PAGEMETA_LIBPERF
}

# libperf_changed: the build has another one, and nobody asked for that
libperf_changed() {
	[ "$configured" != "$PAGEMETA_LIBPERF" ] &&
		! "$build/config.status" --config | grep -q libperf
}

build_locked() {
	: >"$top/build/setup.log"
	if [ ! -x "$top/configure" ]; then
		tell 'preparing the build'
		logged bootstrap "$top/bootstrap"
	fi
	# The agent's instructions are part of the figures: nobody's flags get into it.
	unset CC CFLAGS CPPFLAGS LDFLAGS LIBS
	prepare_libperf
	if [ ! -f "$build/Makefile" ]; then
		tell 'configuring'
		logged configure configure_in_build
	elif libperf_changed; then
		tell 'configuring'
		logged configure configure_again
	fi
	[ -x "$build/harness/run-suite" ] || tell 'building the suite'
	logged make make -s -C "$build" -j "$(getconf _NPROCESSORS_ONLN)"
}

# build_suite: run-suite and agent, up to date. Two at once take turns.
build_suite() {
	if ! mkdir -p "$top/build" 2>/dev/null || [ ! -w "$top/build" ]; then
		[ -x "$build/harness/run-suite" ] ||
			die "$top/build: cannot write there, and nothing is built yet; build as its owner"
		return
	fi
	exec 9>"$top/build/.lock"
	! command -v flock >/dev/null 2>&1 || flock 9
	build_locked
	exec 9>&-
}

# A checkout has its own variants, scripts and results, unless the user says otherwise.
export_paths() {
	PAGEMETA_KERNELS=${PAGEMETA_KERNELS:-$top/kernels}
	PAGEMETA_PLOTS=${PAGEMETA_PLOTS:-$top/plots}
	PAGEMETA_AGENT=${PAGEMETA_AGENT:-$build/workloads/agent}
	PAGEMETA_TRAFFIC=${PAGEMETA_TRAFFIC:-$build/traffic/traffic.so}
	PAGEMETA_RESULTS=${PAGEMETA_RESULTS:-$top/results}
	export PAGEMETA_KERNELS PAGEMETA_PLOTS PAGEMETA_AGENT PAGEMETA_TRAFFIC PAGEMETA_RESULTS
}
