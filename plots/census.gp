# SPDX-License-Identifier: GPL-2.0-or-later
#
# census: above, what a host uses its memory for; below, what designs of page metadata
# would cost there, each part of it in its own colour. What lies between the best and the
# worst case is drawn pale. Every bar says its figure.
#
# gnuplot -c census.gp png|svg|pdf DATA PICTURE
# DATA is described in harness/census-plot.c.

kind = ARG1
data = ARG2
picture = ARG3
folder = ARG0[1 : strlen(ARG0) - strlen("census.gp")]
listed = "none"
width = 1280
load folder . "style.gp"
array shade[4] = [colour[1], colour[2], colour[3], "#b9d7ea"]
array part[4] = ["memmap", "page tables", "descriptors", "to the worst case"]

stats data index "types" using 3 nooutput
types = STATS_records
memory = STATS_max
stats data index "designs" using ($3 + $4 + $5 + $6) nooutput
designs = STATS_records
metadata = STATS_max

row = 26
between = 118
height = head + row * types + between + row * designs + 64 + foot(0)
# Ticks at 1, 2 or 5 times a power of two of bytes, so that they are whole KiB, MiB, GiB.
tick(i) = sprintf("%g %s", i * step, unit(n))

load folder . "page.gp"
set border 1
set grid xtics noytics
set title textcolor rgb ink
set lmargin at screen 0.20
set rmargin at screen 0.96

# what memory is used for; room at the right for the text of the longest bar
n = order(memory)
step = step_of(memory / pow(n), 5)
set xrange [0 : memory * 1.42]
set xtics ("0" 0)
do for [i = 1 : 7] {
	if (i * step * pow(n) <= memory * 1.05) { set xtics add (tick(i) i * step * pow(n)) }
}
set yrange [types + 0.6 : 0.4]
set tmargin at screen 1 - (head + 32) * 1.0 / height
set bmargin at screen 1 - (head + 32 + row * types) * 1.0 / height
set title "memory by type of page" offset 0, -0.3
plot data index "types" using (0):1:(0):3:($1 - 0.36):($1 + 0.36):ytic(2) \
	with boxxyerror linecolor rgb colour[4], \
     data index "types" using 3:1:5 with labels left offset 0.6, 0
unset label

# what designs cost
n = order(metadata)
step = step_of(metadata / pow(n), 5)
set xrange [0 : metadata * 1.42]
set xtics ("0" 0)
do for [i = 1 : 7] {
	if (i * step * pow(n) <= metadata * 1.05) { set xtics add (tick(i) i * step * pow(n)) }
}
set yrange [designs + 0.6 : 0.4]
set tmargin at screen 1 - (head + 32 + row * types + between) * 1.0 / height
set bmargin at screen (foot(0) + 32) * 1.0 / height
set title "bytes of page metadata by design"
do for [k = 1 : 4] {
	set label 10 + k part[k] at screen 0.20 + 0.15 * (k - 1), \
		1 - (head + 32 + row * types + between - 44.0) / height \
		point pointtype 5 pointsize 1.4 linecolor rgb shade[k] offset 1.2, 0
}
from(k) = (k > 1 ? $3 : 0) + (k > 2 ? $4 : 0) + (k > 3 ? $5 : 0)
plot for [k = 1 : 4] data index "designs" \
	using (0):1:(from(k)):(from(k) + column(2 + k)):($1 - 0.36):($1 + 0.36):ytic(2) \
	with boxxyerror linecolor rgb shade[k], \
     data index "designs" using ($3 + $4 + $5 + $6):1:7 with labels left offset 0.6, 0
unset multiplot
set output
