# SPDX-License-Identifier: GPL-2.0-or-later
#
# census: above, what a host uses its memory for; below, what designs of page metadata
# would cost there, each part of it in its own colour. What lies between the best and the
# worst case is drawn pale. Every bar says its figure.
#
# gnuplot -c census.gp png|svg DATA PICTURE CAPTION
# DATA is described in harness/census-plot.c.

data = ARG2

array colour[4] = ["#4d4d4d", "#d55e00", "#0072b2", "#b9d7ea"]
array part[4] = ["memmap", "page tables", "descriptors", "to the worst case"]

stats data index "types" using 3 nooutput
types = STATS_records
memory = STATS_max
stats data index "designs" using ($3 + $4 + $5 + $6) nooutput
designs = STATS_records
metadata = STATS_max

line = 26
width = 1280
head = 84
between = 118
foot = 74
height = head + line * types + between + line * designs + foot
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

# Ticks at 1, 2 or 5 times a power of two of bytes, so that they are whole KiB, MiB, GiB.
pow(n) = 1024.0 ** n
order(x) = x >= pow(4) ? 4 : x >= pow(3) ? 3 : x >= pow(2) ? 2 : x >= pow(1) ? 1 : 0
unit(n) = word("B KiB MiB GiB TiB", n + 1)
step_of(x) = (p = 10.0 ** floor(log10(x)), \
	x / p > 5 ? 10 * p : x / p > 2 ? 5 * p : x / p > 1 ? 2 * p : p)
tick(i) = sprintf("%g %s", i * step, unit(n))

set multiplot
set border 1 linecolor "#808080"
set tics nomirror scale 0.5 textcolor "black"
set grid xtics linecolor "#e4e4e4" linetype 1 linewidth 1
unset key
set style fill solid noborder
set lmargin at screen 0.20
set rmargin at screen 0.96

set label 1 "census: what memory is used for, and what page metadata would cost" \
	at screen 0.012, 1 - 26.0 / height font ",16"
set label 2 ARG4 at screen 0.012, 18.0 / height textcolor "#404040"

# what memory is used for; room at the right for the text of the longest bar
n = order(memory)
step = step_of(memory / pow(n) / 5)
set xrange [0 : memory * 1.42]
set xtics ("0" 0)
do for [i = 1 : 7] {
	if (i * step * pow(n) <= memory * 1.05) { set xtics add (tick(i) i * step * pow(n)) }
}
set yrange [types + 0.6 : 0.4]
set tmargin at screen 1 - head * 1.0 / height
set bmargin at screen 1 - (head + line * types) * 1.0 / height
set title "memory by type of page" offset 0, -0.3
plot data index "types" using (0):1:(0):3:($1 - 0.36):($1 + 0.36):ytic(2) \
	with boxxyerror linecolor rgb "#009e73", \
     data index "types" using 3:1:5 with labels left offset 0.6, 0
unset label 1
unset label 2

# what designs cost
n = order(metadata)
step = step_of(metadata / pow(n) / 5)
set xrange [0 : metadata * 1.42]
set xtics ("0" 0)
do for [i = 1 : 7] {
	if (i * step * pow(n) <= metadata * 1.05) { set xtics add (tick(i) i * step * pow(n)) }
}
set yrange [designs + 0.6 : 0.4]
set tmargin at screen 1 - (head + line * types + between) * 1.0 / height
set bmargin at screen foot * 1.0 / height
set title "bytes of page metadata by design"
do for [k = 1 : 4] {
	set label 10 + k part[k] at screen 0.20 + 0.15 * (k - 1), \
		1 - (head + line * types + between - 44.0) / height \
		point pointtype 5 pointsize 1.4 linecolor rgb colour[k] offset 1.2, 0
}
from(k) = (k > 1 ? $3 : 0) + (k > 2 ? $4 : 0) + (k > 3 ? $5 : 0)
plot for [k = 1 : 4] data index "designs" \
	using (0):1:(from(k)):(from(k) + column(2 + k)):($1 - 0.36):($1 + 0.36):ytic(2) \
	with boxxyerror linecolor rgb colour[k], \
     data index "designs" using ($3 + $4 + $5 + $6):1:7 with labels left offset 0.6, 0
unset multiplot
set output
