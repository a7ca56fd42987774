# SPDX-License-Identifier: GPL-2.0-or-later
#
# ksm: what a page costs in each thing that KSM does with it, and how much of that a
# variant changes. The rows of a metric are its kinds and the placement on nodes; one
# panel has the costs on a logarithmic axis, the other the changes against the base.
#
# gnuplot -c ksm.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]
# DATA is described in harness/plot.c: 5 columns, then 4 for each variant.

data = ARG2
variants = ARGC - 4
figure(i) = 6 + 4 * i
change(i) = 7 + 4 * i

array colour[7] = ["#4d4d4d", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
array shape[7] = [6, 7, 5, 9, 13, 11, 15]
hue(i) = colour[i % 7 + 1]
mark(i) = shape[i % 7 + 1]
size(i) = i ? 1.1 : 1.7

shown = "scan_first scan_insert merge rescan full_scan cow_break unmerge unmerge_all swapin"

# rows of all metrics below each other, a heading before each
rows = 0
unit = ""
heads = ""
largest = 0
figures = 0
note(x) = (largest = abs(x) > largest ? abs(x) : largest, x)
array first[9]
do for [m = 1 : 9] {
	name = word(shown, m)
	first[m] = rows + 1
	# a row without metric is the heading of a group
	stats data index name using (unit = strlen(strcol(4)) ? strcol(4) : unit, \
		heads = strlen(strcol(3)) ? heads : heads . sprintf("%d \"%s\" ", \
		rows + 1 + $1, strcol(2)), $1) nooutput
	rows = rows + 1 + STATS_max
	do for [i = 0 : variants - 1] {
		stats data index name using (figures = figures + valid(figure(i)), $1) nooutput
	}
	do for [i = 1 : variants - 1] {
		stats data index name using (note(valid(change(i)) ? column(change(i)) : 0)) nooutput
	}
}
reach = largest > 0 ? largest * 1.1 : 1

width = 1280
height = 150 + 20 * rows
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
set tmargin at screen 1 - 96.0 / height
set bmargin at screen 54.0 / height
set yrange [rows + 0.7 : 0.3]
set border 1 linecolor "#808080"
set tics nomirror scale 0.5 textcolor "black"
set grid xtics linecolor "#e4e4e4" linetype 1 linewidth 1
unset key

set label 1 "ksm: cost of one page" at screen 0.012, 1 - 26.0 / height font ",16"
set label 2 ARG4 at screen 0.012, 18.0 / height textcolor "#404040"
do for [i = 0 : variants - 1] {
	set label 200 + i ARGV[5 + i] at screen 0.36 + 0.155 * i, 1 - 26.0 / height \
		point pointtype mark(i) pointsize size(i) linecolor rgb hue(i) offset 1.2, 0
}
do for [i = 1 : words(heads) / 2] {
	set label 300 + i word(heads, 2 * i) at screen 0.11, first int(word(heads, 2 * i - 1))
}
do for [m = 1 : 9] { set label 100 + m word(shown, m) at screen 0.012, first first[m] }

# as it is
set lmargin at screen 0.24
set rmargin at screen 0.60
set logscale x
set format x "%.0s%c"
set title "cost (" . unit . ", lower is better)"
set ytics scale 0
# a plot without any point ends gnuplot 5.4
if (!figures) {
	set label 3 "no figures" at graph 0.5, graph 0.5 center
	set xrange [1 : 10]
}
plot for [i = 1 : !figures] '+' using (2):(1):ytic("") with dots linecolor rgb "white", \
     for [m = 1 : 9] for [i = 0 : variants - 1] data index word(shown, m) \
	using (column(figure(i))):($1 + first[m]):ytic(strlen(strcol(3)) ? strcol(2) : "") \
	with points pointtype mark(i) pointsize size(i) linewidth 1.4 linecolor rgb hue(i)
unset label

# against the base
unset logscale x
unset ytics
set lmargin at screen 0.65
set rmargin at screen 0.985
if (variants > 1 && figures) {
	set xrange [-reach : reach]
	set format x "%+g"
	set title "change, %"
	set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor "#808080" back
	plot for [m = 1 : 9] for [i = 1 : variants - 1] data index word(shown, m) \
		using (column(change(i))):($1 + first[m]) \
		with points pointtype mark(i) pointsize size(i) linewidth 1.4 linecolor rgb hue(i)
}
unset multiplot
set output
