# SPDX-License-Identifier: GPL-2.0-or-later
#
# Is standard input KTAP, version 1, as Documentation/dev-tools/ktap.rst of the kernel has it?
# Stricter than readers are: plans must be there, and there are no unknown lines. Prints what
# is wrong, a line each, and ends with 1 if anything is.

function wrong(what) {
	printf "line %d: %s: %s\n", NR, what, $0
	bad = 1
}

# The block at the level ends: it has as many results as its plan says.
function close_block(level) {
	if (done[level] != plan[level])
		wrong("plan of " plan[level] " and " done[level] + 0 " results")
	delete plan[level]
	delete done[level]
}

function close_deeper(level,    i) {
	for (i = depth; i > level; i--)
		close_block(i)
	depth = level
}

BEGIN { depth = -1; want_plan = 0 }

/[^\t -~]/ { wrong("not printable ASCII") }
/[ \t]$/ { wrong("blanks at the end") }

{
	match($0, /^ */)
	if (RLENGTH % 2)
		wrong("indented by an odd number of blanks")
	level = RLENGTH / 2
	text = substr($0, RLENGTH + 1)
}

want_plan && text !~ /^1\.\.[0-9]+$/ { wrong("no plan after the version"); want_plan = 0 }

text ~ /^KTAP version 1$/ {
	if (level != depth + 1)
		wrong("a version at the wrong level")
	depth = level
	failed[level] = 0
	want_plan = 1
	next
}

text ~ /^1\.\.[0-9]+$/ {
	if (!want_plan || level != depth)
		wrong("a plan without a version")
	plan[level] = substr(text, 4) + 0
	done[level] = 0
	want_plan = 0
	next
}

text ~ /^# / {
	if (depth < 0)
		wrong("before the version")
	next
}

text ~ /^(ok|not ok) [0-9]+( |$)/ {
	subtests = depth > level
	below = failed[level + 1]
	close_deeper(level)
	if (!(level in plan)) {
		wrong("a result without a plan")
		next
	}
	is_ok = text ~ /^ok/
	sub(/^(not )?ok /, "", text)
	number = text + 0
	if (number != ++done[level])
		wrong("number " number " and not " done[level])
	sub(/^[0-9]+ ?/, "", text)
	hash = index(text, "#")
	directive = ""
	if (hash) {
		if (substr(text, hash - 1, 3) != " # ")
			wrong("no blanks around #")
		directive = substr(text, hash + 2)
		sub(/ .*/, "", directive)
		if (directive !~ /^(SKIP|TODO|XFAIL|TIMEOUT|ERROR)$/)
			wrong("no known directive")
		text = substr(text, 1, hash - 2)
	}
	if (text == "")
		wrong("no description")
	if (seen[level, done[level - 1] + 0, text]++)
		wrong("a name that another test of the same level has")
	if (is_ok && directive ~ /^(TIMEOUT|ERROR)$/)
		wrong("ok with " directive)
	if (!is_ok && directive !~ /^(SKIP|TODO|XFAIL)$/)
		failed[level] = 1
	if (subtests && below && is_ok)
		wrong("ok, and a subtest is not")
	next
}

{ wrong("unknown line") }

END {
	if (depth < 0) {
		NR = 0
		wrong("no version")
	}
	close_deeper(-1)
	exit bad
}
