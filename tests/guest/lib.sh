# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What guest tests share: TAP output, a folder of their own, the suite itself.
# Sourced by the *.test scripts; $top is the checkout.

top=$(cd "$(dirname "$0")/../.." && pwd)
suite=${PAGEMETA_SUITE:-$top/run-suite}
work=$(mktemp -d)
count=0
trap 'rm -rf "$work"' EXIT

# pass WHAT / fail WHAT WHY / skip WHAT WHY: one line of TAP each
pass() {
	count=$((count + 1))
	echo "ok $count - $1"
}

fail() {
	count=$((count + 1))
	echo "not ok $count - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
}

skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# expect WHAT WANTED GOT
expect() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "wanted: $2
got: $3"
	fi
}

# contains WHAT WORDS TEXT
contains() {
	case $3 in
	*"$2"*) pass "$1" ;;
	*) fail "$1" "wanted words: $2
in: $3" ;;
	esac
}

# suite NAME ARGUMENTS...: output in $work/NAME.{out,err}, exit code in $code
# shellcheck disable=SC2034
run() {
	name=$1
	shift
	code=0
	"$suite" "$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null || code=$?
}

# all_variants: complete variants but for the mutants, baseline first, with commas
all_variants() {
	printf baseline
	for ini in "$top"/kernels/*/variant.ini; do
		name=$(basename "$(dirname "$ini")")
		if [ "$name" != baseline ] && grep -q '^state *= *complete' "$ini"; then
			printf ',%s' "$name"
		fi
	done
}

# all_mutants: with commas
all_mutants() {
	for ini in "$top"/kernels/mutants/*/variant.ini; do
		printf '%s,' "mutants/$(basename "$(dirname "$ini")")"
	done | sed 's/,$//'
}

# short_params: values with which a cell of each workload takes a few seconds
short_params() {
	echo zswap.compressor=lzo zswap.pool=zsmalloc zswap.pages=64
	echo ksm.pages=16
	echo odirect.buffer=anon odirect.ops=4 odirect.gup_pages=1024
	echo dax.rebinds=1 dax.pages=16 dax.units=2
	echo compaction.by=fault compaction.pattern=movable
	echo races.race=ksm
}

# workloads KIND: names of those that run by default, with commas; KIND: measure or check
workloads() {
	"$suite" list workloads 2>/dev/null | awk -v kind="$1" \
		'/^[a-z]/ && $2 == kind && !/[(]on request[)]/ { printf "%s%s", comma, $1; comma = "," }'
}

# run_short NAME ARGUMENTS...: the command run with short cells; --param is stronger
run_short() {
	short_name=$1
	shift
	for param in $(short_params); do
		set -- --param "$param" "$@"
	done
	run "$short_name" run "$@"
}

done_testing() {
	echo "1..$count"
}
