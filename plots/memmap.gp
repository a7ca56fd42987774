# SPDX-License-Identifier: GPL-2.0-or-later
#
# memmap: bytes of page metadata in the booted guest. One panel per metric, each
# on its own scale from 0, for they differ by orders of magnitude; every bar says
# its figure, so that no axis is needed.
#
# gnuplot -c memmap.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]
# DATA is described in harness/plot.c: 5 columns, then 4 for each variant.

data = ARG2
variants = ARGC - 4

array colour[7] = ["#4d4d4d", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
hue(i) = colour[i % 7 + 1]
# a plot without any point ends gnuplot 5.4: what is missing gets a bar of no length
bytes(i) = valid(6 + 4 * i) ? column(6 + 4 * i) : 0

stats data using 1 nooutput
blocks = STATS_blocks

width = 1280
panel = 56 + 34 * variants
height = 100 + panel * blocks
if (ARG1 eq "svg") {
	set terminal svg size width,height font "DejaVu Sans,13" background "white" noenhanced
} else {
	if (strstrt(GPVAL_TERMINALS, "pngcairo")) {
		set terminal pngcairo size width,height font "DejaVu Sans,11" noenhanced
	} else {
		set terminal png size width,height truecolor font "DejaVu Sans,11" noenhanced
	}
}
set output ARG3

set multiplot
set border 0
unset key
unset xtics
set lmargin at screen 0.17
set rmargin at screen 0.76
set yrange [variants - 0.4 : -0.6]
set ytics scale 0 ()
do for [i = 0 : variants - 1] { set ytics add (ARGV[5 + i] i) }

set label 1 "memmap: bytes of page metadata" at screen 0.012, 1 - 26.0 / height font ",16"
set label 2 ARG4 at screen 0.012, 18.0 / height textcolor "#404040"

do for [block = 0 : blocks - 1] {
	name = ""
	largest = 1
	do for [i = 0 : variants - 1] {
		stats data index block using (name = strcol(3) . " (" . strcol(4) . \
			(strcol(5) eq "neutral" ? "" : ", " . strcol(5) . " is better") . ")", \
			largest = bytes(i) > largest ? bytes(i) : largest, 1) nooutput
	}
	set tmargin at screen 1 - (78.0 + panel * block) / height
	set bmargin at screen 1 - (78.0 + panel * block + 34 * variants) / height
	set xrange [0 : largest]
	set label 3 name at graph 0, graph 1 offset 0, 0.8
	plot for [i = 0 : variants - 1] data index block \
		using (0):(i):(0):(bytes(i)):(i - 0.34):(i + 0.34) \
		with boxxyerror fillstyle solid noborder linecolor rgb hue(i) title ARGV[5 + i], \
	     for [i = 0 : variants - 1] data index block \
		using (bytes(i)):(i):(valid(6 + 4 * i) ? strcol(8 + 4 * i) . \
			(i ? "   " . strcol(9 + 4 * i) : "") : "no figure") \
		with labels left offset 0.6, 0 notitle
	unset label 1
	unset label 2
}
unset multiplot
set output
