# SPDX-License-Identifier: GPL-2.0-or-later
#
# tradeoff: what variants take in metadata (across) against what they cost (up), one point
# a variant. Both are better when they are less.
#
# gnuplot -c tradeoff.gp png|svg|pdf DATA PICTURE
#
# rows: variant, bytes of metadata, cost by that of the base, low, high; NaN for no interval

kind = ARG1
data = ARG2
picture = ARG3
folder = ARG0[1 : strlen(ARG0) - strlen("tradeoff.gp")]
load folder . "style.gp"

least = 1.0
most = 1.0
fewest = 1e300
bytes = 0
points = 0
span(x) = (least = x < least ? x : least, most = x > most ? x : most, 1)
put(x) = (points = points + 1, fewest = x < fewest ? x : fewest, bytes = x > bytes ? x : bytes, \
	span($3), span(number(4, $3)), span(number(5, $3)))
stats data index "rows" using (is_number(2) && is_number(3) ? put($2) : 0, 1) nooutput

room = card ? 46 : 48
height = head + (card ? 190 : 360) + room + foot(0)
load folder . "page.gp"
set grid xtics ytics

# a quarter below is left for what says which corner is better
pad = most > least ? 0.12 * (most - least) : 0.01
pad = pad < 1e-5 * most ? 1e-5 * most : pad
set yrange [least - 2.6 * pad : most + pad]
step = step_of(most - least + 2 * pad, card ? 4 : 7)
set ytics step * ceil((least - pad) / step - 1e-6), step
set format y "%.8g"
if (!points) { fewest = 0; bytes = 1024 }
n = order(bytes)
pad = bytes > fewest ? 0.1 * (bytes - fewest) : bytes > 0 ? 0.01 * bytes : 1
pad = pad < 4e-5 * bytes ? 4e-5 * bytes : pad
low = fewest - pad
high = bytes + pad
step = step_of((high - low) / pow(n), card ? 3 : 6)
digits = step >= 1 ? 0 : int(ceil(-log10(step) - 1e-6))
digits = digits > 6 ? 6 : digits
set xrange [low : high]
set xtics ()
do for [k = int(ceil(low / pow(n) / step - 1e-6)) : int(floor(high / pow(n) / step + 1e-6))] {
	set xtics add (sprintf("%." . digits . "f", k * step) k * step * pow(n))
}
set lmargin at screen across(card ? 64 : 84)
set rmargin at screen across(width - (card ? 22 : 40))
set tmargin at screen down(head)
set bmargin at screen down(head + (card ? 190 : 360))
set xlabel fit(about_x[1 : strlen(about_x) - strlen("bytes")] . unit(n), width - 80) offset 0, 0.3 textcolor rgb ink
set ylabel fit(about_y, card ? 190 : 360) offset card ? 1 : 0, 0 textcolor rgb ink
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead linecolor rgb axis back
set label 10 "↙ better: less of both" at graph 0, 0 offset character 0.8, 0.8 textcolor rgb faint
if (!points) { set label 12 "no figures" at graph 0.5, 0.5 center textcolor rgb faint }
# what lies on each other is seen: later ones are smaller
scale(i) = 1.9 - 0.13 * (i < 8 ? i : 8)
plot most * 9 + 9 notitle, \
     for [i = 0 : variants - 1] data index "rows" using ($1 == i && is_number(4) ? $2 : NaN):3:4:5 \
	with yerrorbars pointtype mark(i) pointsize 0 linewidth 1.6 linecolor rgb hue(i) dashtype solid notitle, \
     for [i = 0 : variants - 1] data index "rows" using ($1 == i ? $2 : NaN):3 \
	with points pointtype mark(i) pointsize size(i) * scale(i) linewidth 1.6 linecolor rgb hue(i) notitle
unset multiplot
set output
