# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the scripts of most workloads share: one panel a metric, one line a set of
# parameters. Each figure is drawn as it is, on a logarithmic axis where that can be,
# and as the change against the base. A script sets
#
#	heading		the title of the picture
#	chosen		metrics, apart by blanks; those without a figure are left out
#
# and, of its arguments, which a file that is loaded does not have,
#
#	kind		png or svg
#	data		file that harness/plot.c describes: 5 columns, then 4 for each variant
#	picture		file to draw
#	caption		what stands below
#	variants	how many, the base included
#	label		their names, an array from 1
#
# and then loads this file.

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

# A block that is not there, or has no figure, would end gnuplot: count first.
seen(i) = valid(figure(i)) && column(figure(i)) == column(figure(i))
drawn = ""
do for [k = 1 : words(chosen)] {
	name = word(chosen, k)
	figures = 0
	do for [i = 0 : variants - 1] {
		stats data using (strcol(3) eq name && seen(i) ? (figures = figures + 1) : 0, 0) nooutput
	}
	if (figures > 0) { drawn = drawn . " " . name }
}
panels = words(drawn)

line = 22
gap = 74
total = 0
array rows[panels + 1]
do for [k = 1 : panels] {
	stats data index word(drawn, k) using 1 nooutput
	rows[k] = int(STATS_max)
	total = total + line * rows[k] + gap
}
width = 1280
height = 96 + total
if (kind eq "svg") {
	set terminal svg size width,height font "DejaVu Sans,13" background "white" noenhanced
} else {
	if (strstrt(GPVAL_TERMINALS, "pngcairo")) {
		set terminal pngcairo size width,height font "DejaVu Sans,11" noenhanced
	} else {
		set terminal png size width,height truecolor font "DejaVu Sans,11" noenhanced
	}
}
set output picture

set multiplot
set border 1 linecolor "#808080"
set tics nomirror scale 0.5 textcolor "black"
set grid xtics linecolor "#e4e4e4" linetype 1 linewidth 1
unset key

set label 1 heading at screen 0.012, 1 - 26.0 / height font ",16"
set label 2 caption at screen 0.012, 18.0 / height textcolor "#404040"
do for [i = 0 : variants - 1] {
	set label 200 + i label[i + 1] at screen 0.38 + (variants < 4 ? 0.155 : 0.6 / variants) * i, 1 - 26.0 / height \
		point pointtype mark(i) pointsize size(i) linecolor rgb hue(i) offset 1.2, 0
}
if (panels == 0) { set label 3 "no figures" at screen 0.45, 0.5 }

top = 56
do for [k = 1 : panels] {
	name = word(drawn, k)
	unit = ""
	better = ""
	heads = ""
	largest = 0
	changes = 0
	smallest = 1
	look(x) = (smallest = x < smallest ? x : smallest, x)
	note(x) = (changes = changes + 1, largest = abs(x) > largest ? abs(x) : largest, x)
	# a row without metric is the heading of a group; blanks would part it in two words
	stats data index name using (heads = strlen(strcol(3)) ? heads : \
		heads . sprintf("%d \"%s\" ", $1, strcol(2)), \
		unit = strlen(strcol(4)) ? strcol(4) : unit, \
		better = strlen(strcol(5)) ? strcol(5) : better, $1) nooutput
	do for [i = 0 : variants - 1] {
		stats data index name using (seen(i) ? look(column(figure(i))) : 1, 0) nooutput
	}
	do for [i = 1 : variants - 1] {
		stats data index name using (valid(change(i)) && column(change(i)) == column(change(i)) ? \
			note(column(change(i))) : 0, 0) nooutput
	}
	set tmargin at screen 1 - (top + 34.0) / height
	set bmargin at screen 1 - (top + 34.0 + line * rows[k]) / height
	set yrange [rows[k] + 0.5 : 0.5]
	do for [h = 1 : words(heads) / 2] {
		set label 10 + h word(heads, 2 * h) at screen 0.012, first int(word(heads, 2 * h - 1))
	}
	# as it is
	set lmargin at screen 0.27
	set rmargin at screen 0.62
	set title name . " (" . unit . (better eq "neutral" ? "" : ", " . better . " is better") . ")"
	set autoscale x
	# nothing and less have no logarithm
	if (smallest > 0) { set logscale x } else { unset logscale x }
	set format x "%.0s%c"
	set ytics scale 0 textcolor "black"
	plot for [i = 0 : variants - 1] data index name using \
		(seen(i) ? column(figure(i)) : NaN):1:ytic(strlen(strcol(3)) ? strcol(2) : "") \
		with points pointtype mark(i) pointsize size(i) linewidth 1.4 linecolor rgb hue(i)
	do for [h = 1 : words(heads) / 2] { unset label 10 + h }
	unset label 1
	unset label 2
	do for [i = 0 : variants - 1] { unset label 200 + i }

	# against the base
	unset logscale x
	unset ytics
	if (variants > 1) {
		reach = largest > 0 ? largest * (variants > 2 ? 1.1 : 1.9) : 1
		# 1, 2 or 5 times a power of ten, the next below the largest change
		power = 10 ** floor(log10(reach / 1.9))
		step = reach / 1.9 / power
		step = (step >= 5 ? 5 : step >= 2 ? 2 : 1) * power
		set lmargin at screen 0.66
		set rmargin at screen 0.98
		set xrange [-reach : reach]
		set format x "%+g"
		set xtics -step, step, step
		set xtics add ("0" 0)
		set title "change, %"
		set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor "#808080" back
		thick = 0.7 / (variants - 1)
		# a heading or a missing figure has no place, and so no bar
		at(i) = $1 + (i - 1 - (variants - 2) / 2.0) * thick + 0 * column(change(i))
		# what is never drawn keeps a panel without any change from ending gnuplot, but
		# boxes of which none has a place crash it
		if (changes == 0) {
			plot rows[k] + 1 notitle
		} else {
			plot 1 / 0 notitle, for [i = 1 : variants - 1] data index name \
				using (0):(at(i)):(0):(column(change(i))):(at(i) - thick * 0.42):(at(i) + thick * 0.42) \
				with boxxyerror fillstyle solid noborder linecolor rgb hue(i), \
			     for [i = 1 : (variants > 2 ? 0 : variants - 1)] data index name \
				using (column(change(i)) < 0 ? 0 : column(change(i))):(at(i)):(strcol(shown(i))) \
				with labels left offset 0.4, 0 font ",9" textcolor "black"
		}
		unset arrow 1
		set xtics autofreq
	}
	top = top + line * rows[k] + gap
}
# a picture without any panel still has its labels
if (panels == 0) {
	unset border
	unset tics
	set xrange [0 : 1]
	set yrange [0 : 1]
	plot 2 notitle
}
unset multiplot
set output
