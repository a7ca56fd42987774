# SPDX-License-Identifier: GPL-2.0-or-later
#
# memmap: bytes of page metadata in the booted guest. One panel a metric, each on its own
# scale from 0, for they differ by orders of magnitude; every bar says its figure, so that
# no axis is needed.
#
# gnuplot -c memmap.gp png|svg|pdf DATA PICTURE
#
# a block a metric: place, "label", "metric", "unit", "direction", and per variant: median,
# change in per cent, both as text

kind = ARG1
data = ARG2
picture = ARG3
folder = ARG0[1 : strlen(ARG0) - strlen("memmap.gp")]
load folder . "style.gp"

# a plot without any point ends gnuplot 5.4: what is missing gets a bar of no length
bytes(i) = number(6 + 4 * i, 0)
panels = words(metrics)
row = 26
# every bar has its name
legend_rows = 0
panel = 44 + row * variants
height = head + (panels ? panel * panels : 60) + foot(0)
title = "memmap: bytes of page metadata"
left = longest + 30 > 0.36 * width ? 0.36 * width : longest + 30
load folder . "page.gp"
set border 0
unset grid
unset xtics
set lmargin at screen across(left)
set rmargin at screen across(width - 220)
set yrange [variants - 0.4 : -0.6]
set ytics scale 0 ()
do for [i = 0 : variants - 1] { set ytics add (fit(name(i), left - 20) i) }

do for [k = 1 : panels] {
	what = ""
	largest = 1
	do for [i = 0 : variants - 1] {
		stats data index word(metrics, k) using (what = strcol(3) . " (" . strcol(4) . \
			(strcol(5) eq "neutral" ? "" : ", " . strcol(5) . " is better") . ")", \
			largest = bytes(i) > largest ? bytes(i) : largest, 1) nooutput
	}
	top = head + panel * (k - 1) + 30
	set tmargin at screen down(top)
	set bmargin at screen down(top + row * variants)
	set xrange [0 : largest]
	set label 9 what at screen across(14), down(top - 14) textcolor rgb faint
	plot for [i = 0 : variants - 1] data index word(metrics, k) \
		using (0):(i):(0):(bytes(i)):(i - 0.34):(i + 0.34) \
		with boxxyerror linecolor rgb hue(i) notitle, \
	     for [i = 0 : variants - 1] data index word(metrics, k) \
		using (bytes(i)):(i):(is_number(6 + 4 * i) ? strcol(8 + 4 * i) . \
			(i ? "   " . strcol(9 + 4 * i) : "") : "no figure") \
		with labels left offset 0.6, 0 textcolor rgb ink notitle
	unset label
}
if (panels == 0) {
	set label 9 "no figures" at screen 0.5, 0.5 center textcolor rgb faint
	set xrange [0 : 1]
	plot 99 notitle
}
unset multiplot
set output
