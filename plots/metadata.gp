# SPDX-License-Identifier: GPL-2.0-or-later
#
# metadata: bytes of metadata of each variant at boot, under load and after, its parts
# stacked: kinds, or nodes.
#
# gnuplot -c metadata.gp png|svg|pdf DATA PICTURE
#
# parts: place, "name"
# rows: place, "variant", "phase", bytes of each part

kind = ARG1
data = ARG2
picture = ARG3
folder = ARG0[1 : strlen(ARG0) - strlen("metadata.gp")]
listed = "parts"
load folder . "style.gp"
# a part is a square of its own colour, beside which no line is needed
mark(i) = 5
hue(i) = colour[int(i) % 8 + 2]
size(i) = card ? 0.9 : 1.4
parts = variants

# one line for the name of a variant, one for each of its phases
bars = 0
lines = 0
most = 0.0
before = ""
array place[1000]
total(n) = n < 1 ? 0 : number(3 + n, 0) + total(n - 1)
stats data index "rows" using (bars = bars + 1, lines = lines + (strcol(2) eq before ? 1 : 2), \
	before = strcol(2), place[bars] = lines, most = total(parts) > most ? total(parts) : most, 1) nooutput

row = card ? 17 : 20
legend_rows = int(ceil(variants * 1.0 / columns))
height = head + row * (lines ? lines : 2) + (card ? 44 : 48) + foot(0)
load folder . "page.gp"
set grid noytics xtics
set border 1
unset ytics
n = order(most)
most = most > 0 ? most : 1
step = step_of(most / pow(n), card ? 4 : 8)
digits = step >= 1 ? 0 : int(ceil(-log10(step) - 1e-6))
set xtics ()
do for [k = 0 : int(most / pow(n) / step)] {
	set xtics add (sprintf("%." . digits . "f", k * step) k * step * pow(n))
}
# room on the right for the figure of the longest bar
set xrange [0 : most * (card ? 1.3 : 1.13)]
set yrange [(lines ? lines : 2) + 0.6 : 0.4]
set lmargin at screen across(card ? 58 : 84)
set rmargin at screen across(width - 14)
set tmargin at screen down(head)
set bmargin at screen down(head + row * (lines ? lines : 2))
set xlabel "metadata, " . unit(n) offset 0, 0.3 textcolor rgb ink
if (!bars) { set label 12 "no figures" at graph 0.5, 0.5 center textcolor rgb faint }
text(x) = sprintf(x < 1024 ? "%.0f %s" : "%.2f %s", x / pow(order(x)), unit(order(x)))
at(i) = place[int($1)]
first(i) = i == 1 || place[i] - place[i - 1] > 1
plot (lines + 9) notitle, \
     for [k = parts : 1 : -1] data index "rows" using (0):(at(0)):(0):(total(k)):(at(0) - 0.42):(at(0) + 0.42) \
	with boxxyerror linecolor rgb hue(k - 1) notitle, \
     data index "rows" using (total(parts)):(at(0)):(text(total(parts))) with labels left offset 0.5, 0 textcolor rgb ink notitle, \
     data index "rows" using (0):(at(0)):(strcol(3)) with labels right offset -0.7, 0 textcolor rgb faint notitle, \
     data index "rows" using (first(int($1)) ? 0 : NaN):(at(0) - 1):(fit(strcol(2), width - 90)) \
	with labels left offset 0.2, 0 textcolor rgb ink notitle
unset multiplot
set output
