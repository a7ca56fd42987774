# SPDX-License-Identifier: GPL-2.0-or-later
#
# zswap: what it takes to store and to load one page, by compressor, pool and
# content. Cost spans decades and changes are fractions of a per cent, so each is
# drawn twice: as it is on a logarithmic axis, and as the change against the base.
#
# gnuplot -c zswap.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]
# DATA is described in harness/plot.c: 5 columns, then 4 for each variant.

data = ARG2
variants = ARGC - 4
# columns of variant i, 0 is the base: median, change, change as text
figure(i) = 6 + 4 * i
change(i) = 7 + 4 * i
shown(i) = 9 + 4 * i

array colour[7] = ["#4d4d4d", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
# the base is an open circle, large enough to be seen around what lies on it
array shape[7] = [6, 7, 5, 9, 13, 11, 15]
hue(i) = colour[i % 7 + 1]
mark(i) = shape[i % 7 + 1]
size(i) = i ? 1.1 : 1.7

unit = ""
largest = 0
heads = ""
note(x) = (largest = abs(x) > largest ? abs(x) : largest, x)
# a row without metric is the heading of a group
stats data index "store" using (heads = strlen(strcol(3)) ? heads : \
	heads . sprintf("%d \"%s\" ", $1, strcol(2)), $1) nooutput
rows = STATS_max
do for [name in "store load"] {
	do for [i = 1 : variants - 1] {
		stats data index name using (note(column(change(i)))) nooutput
	}
	stats data index name using (unit = strlen(strcol(4)) ? strcol(4) : unit, $1) nooutput
}
reach = largest > 0 ? largest * (variants > 2 ? 1.1 : 1.9) : 1
# 1, 2 or 5 times a power of ten, the next below the largest change
power = 10 ** floor(log10(reach / 1.9))
step = reach / 1.9 / power
step = (step >= 5 ? 5 : step >= 2 ? 2 : 1) * power

width = 1280
height = 170 + (rows < 14 ? 32 : 24) * rows
height = height < 320 ? 320 : height
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

high = 1 - 96.0 / height
low = 82.0 / height
# left and right edge of the four panels
array left[4] = [0.105, 0.385, 0.565, 0.835]
array right[4] = [0.365, 0.535, 0.815, 0.985]

set multiplot
set tmargin at screen high
set bmargin at screen low
set yrange [rows + 0.7 : 0.3]
set border 1 linecolor "#808080"
set tics nomirror scale 0.5 textcolor "black"
set grid xtics linecolor "#e4e4e4" linetype 1 linewidth 1
unset key

set label 1 "zswap: cost of one page" at screen 0.012, 1 - 26.0 / height font ",16"
set label 2 ARG4 at screen 0.012, 18.0 / height textcolor "#404040"
do for [i = 0 : variants - 1] {
	set label 200 + i ARGV[5 + i] at screen 0.36 + 0.155 * i, 1 - 26.0 / height \
		point pointtype mark(i) pointsize size(i) linecolor rgb hue(i) offset 1.2, 0
}

do for [i = 1 : words(heads) / 2] {
	set label 100 + i word(heads, 2 * i) at screen 0.012, first int(word(heads, 2 * i - 1))
}

do for [panel = 0 : 1] {
	name = panel ? "load" : "store"

	# as it is
	set lmargin at screen left[2 * panel + 1]
	set rmargin at screen right[2 * panel + 1]
	set logscale x
	set autoscale x
	set format x "%.0s%c"
	set title name . " (" . unit . ", lower is better)"
	if (panel) {
		plot for [i = 0 : variants - 1] data index name using (column(figure(i))):1 \
			with points pointtype mark(i) pointsize size(i) linewidth 1.4 \
			linecolor rgb hue(i) title ARGV[5 + i]
	} else {
		set ytics scale 0
		plot for [i = 0 : variants - 1] data index name using (column(figure(i))):1: \
			ytic(strlen(strcol(3)) ? strcol(2) : "") \
			with points pointtype mark(i) pointsize size(i) linewidth 1.4 \
			linecolor rgb hue(i) title ARGV[5 + i]
	}
	unset label

	# against the base
	unset logscale x
	unset ytics
	set lmargin at screen left[2 * panel + 2]
	set rmargin at screen right[2 * panel + 2]
	if (variants > 1) {
		set xrange [-reach : reach]
		set format x "%+g"
		set xtics -step, step, step
		set xtics add ("0" 0)
		set title "change, %"
		set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor "#808080" back
		thick = 0.7 / (variants - 1)
		# a heading or a missing figure has no place, and so no bar
		at(i) = $1 + (i - 1 - (variants - 2) / 2.0) * thick + 0 * column(change(i))
		plot for [i = 1 : variants - 1] data index name \
			using (0):(at(i)):(0):(column(change(i))):(at(i) - thick * 0.42):(at(i) + thick * 0.42) \
			with boxxyerror fillstyle solid noborder linecolor rgb hue(i) title ARGV[5 + i], \
		     for [i = 1 : (variants > 2 ? 0 : variants - 1)] data index name \
			using (column(change(i)) < 0 ? 0 : column(change(i))):(at(i)):(strcol(shown(i))) \
			with labels left offset 0.4, 0 font ",9" textcolor "black" notitle
		unset arrow 1
		set xtics autofreq
	}
}
unset multiplot
set output
