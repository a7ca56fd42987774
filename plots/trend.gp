# SPDX-License-Identifier: GPL-2.0-or-later
#
# trend: a figure run by run. A line across marks a run that changed it, and by how much;
# a dotted one a run whose agent was another, with which nothing is compared.
#
# gnuplot -c trend.gp png|svg|pdf DATA PICTURE
#
# rows: run, figure, least and most of its boots, "date", "id of the run"
# changes: run that brought one, "how much"; agents: the first run of another

kind = ARG1
data = ARG2
picture = ARG3
folder = ARG0[1 : strlen(ARG0) - strlen("trend.gp")]
listed = "none"
load folder . "style.gp"

points = 0
low = 1e300
high = -1e300
first_day = ""
last_day = ""
span(x) = (low = x < low ? x : low, high = x > high ? x : high, 1)
stats data index "rows" using (first_day = points ? first_day : strcol(5), last_day = strcol(5), \
	points = points + 1, is_number(2) ? (span($2), span(number(3, $2)), span(number(4, $2))) : 1) nooutput
if (!points || high < low) { low = 0; high = 1 }

tall = card ? 170 : 320
height = head + tall + (card ? 46 : 52) + foot(0)
load folder . "page.gp"
set grid noxtics ytics
pad = high > low ? 0.1 * (high - low) : high != 0 ? 0.01 * abs(high) : 1
# less is not told apart by the labels of its axis, and is no change either
pad = pad < 2e-4 * abs(high) ? 2e-4 * abs(high) : pad
ticks_axis = "ytics"
ticks_low = low - pad
ticks_high = high + 2 * pad
ticks_log = 0
ticks_most = card ? 4 : 8
load folder . "ticks.gp"
set yrange [low - pad : high + 2 * pad]
set xrange [-0.5 : (points ? points : 1) - 0.5]
set xtics ()
if (points) { set xtics add (first_day 0) }
if (points > (card ? 4 : 2)) { set xtics add (last_day points - 1) }
set lmargin at screen across(card ? 66 : 100)
set rmargin at screen across(width - (card ? 40 : 50))
set tmargin at screen down(head)
set bmargin at screen down(head + tall)
set xlabel fit(about_x, width - 100) offset 0, 0.3 textcolor rgb ink
set ylabel fit(about_y, tall) offset card ? 1 : 0, 0 textcolor rgb ink
if (!points) { set label 12 "no figures" at graph 0.5, 0.5 center textcolor rgb faint }

# text beside its line, upright, unless the line before is too near
near = (card ? 15.0 : 19.0) * points / (width - (card ? 102 : 134))
last = -1e9
marks = 300
mark_change(at, text) = (changes = changes . sprintf(" %d \"%s\"", at, text), 1)
changes = ""
agents = ""
stats data index "changes" using (mark_change($1, strcol(2))) nooutput
stats data index "agents" using (agents = agents . sprintf(" %d", $1), 1) nooutput
do for [k = 1 : words(agents)] {
	at = word(agents, k) - 0.5
	set arrow marks + k from at, graph 0 to at, graph 1 nohead linecolor rgb axis dashtype (2, 4) back
}
do for [k = 1 : words(changes) / 2] {
	at = word(changes, 2 * k - 1) - 0.5
	set arrow 2 * marks + k from at, graph 0 to at, graph 1 nohead linecolor rgb colour[2] linewidth 1.4 back
	if (at - last >= near) {
		set label marks + k word(changes, 2 * k) at at, graph 1 rotate by 90 right offset character -1.3, -0.3 textcolor rgb colour[2]
		last = at
	}
}
plot low - 9 * pad notitle, \
     data index "rows" using (is_number(2) && is_number(3) && is_number(4) && $3 < $4 ? $1 : NaN):2:3:4 with yerrorbars pointtype 7 pointsize 0 linecolor rgb colour[3] dashtype solid notitle, \
     data index "rows" using 1:2 with lines linecolor rgb colour[3] linewidth 1.2 dashtype solid notitle, \
     data index "rows" using 1:2 with points pointtype 7 pointsize (points > 60 ? 0.3 : 0.6) linecolor rgb colour[3] notitle
unset multiplot
set output
