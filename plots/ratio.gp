# SPDX-License-Identifier: GPL-2.0-or-later
#
# ratio: a metric of each variant by what it is on the base, with intervals. One line a
# variant and set of parameters, the worst above.
#
# gnuplot -c ratio.gp png|svg|pdf DATA PICTURE
#
# rows: place, rank by change, variant, "label", ratio, low, high; NaN for no interval

kind = ARG1
data = ARG2
picture = ARG3
folder = ARG0[1 : strlen(ARG0) - strlen("ratio.gp")]
load folder . "style.gp"

# what can be drawn, the largest changes; a page has all of them in its table
most = card ? 14 : 40
all = 0
stats data index "rows" using (all = all + 1, 1) nooutput
rows = 0
array place[all + 1]
least = 1.0
largest = 1.0
left = 0
span(x) = (least = x < least ? x : least, largest = x > largest ? x : largest, 1)
put(i, text) = (rows = rows + 1, place[i] = rows, left = wide(text) > left ? wide(text) : left, \
	span(number(5, 1)), span(number(6, number(5, 1))), span(number(7, number(5, 1))))
stats data index "rows" using (place[int($1)] = 0, $2 <= most ? put(int($1), strcol(4)) : 1, 1) nooutput
if (all > rows) { more = sprintf("the %d largest changes of %d lines", rows, all) }

row = card ? 30 : 22
left = card ? 12 : 24 + (left > 420 ? 420 : left)
height = head + 18 + row * (rows ? rows : 2) + (card ? 44 : 46) + foot(0)
load folder . "page.gp"

# a factor of four and more is too much for a line that begins at 1
steep = least > 0 && largest / least > 4
if (steep) {
	set logscale x
	low = least / 1.2
	high = largest * 1.2
	if (log10(high / low) < 1.2) { set xtics 2 } else { set xtics 10 ** ceil(log10(high / low) / (card ? 3 : 6)) }
} else {
	pad = largest > least ? 0.08 * (largest - least) : 0.01
	low = least - pad
	high = largest + pad
	set xtics step_of(high - low, card ? 4 : 8)
}
# close to 1 a ratio is nothing but digits
percent = !steep && high - low < 0.02
if (percent) {
	step = step_of(high - low, card ? 4 : 8)
	set xtics ()
	# a label as wide as the room beside its tick at most
	edge = 0.5 * wide("+0.00 %") / (width - left - 20) * (high - low) - (card ? 12.0 : 24.0) / width * (high - low)
	do for [k = int(ceil((low + edge - 1) / step - 1e-6)) : int(floor((high - edge - 1) / step + 1e-6))] {
		set xtics add (k ? sprintf("%+g %%%%", 100 * k * step) : "0" 1 + k * step)
	}
	about_x = about_x[1 : strstrt(about_x, ", ratio to ") - 1] . ", change from " . name(0)
}
set xrange [low : high]
set yrange [(rows ? rows : 2) + 0.5 : 0.5]
if (!percent) { set format x "%g" }
set lmargin at screen across(left)
set rmargin at screen across(width - (card ? 14 : 30))
set tmargin at screen down(head + 18)
set bmargin at screen down(head + 18 + row * (rows ? rows : 2))
set border 1
unset ytics
set grid noytics
set xlabel fit(about_x, width - left) offset 0, 0.3 textcolor rgb ink
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb axis linewidth 1.4 back
if (rows && better ne "neutral") {
	set label 10 "← " . (better eq "lower" ? "better" : "worse") at graph 0, 1 offset 0, character 0.55 left textcolor rgb faint
	set label 11 (better eq "lower" ? "worse" : "better") . " →" at graph 1, 1 offset 0, character 0.55 right textcolor rgb faint
}
if (!rows) { set label 12 "no figures" at graph 0.5, 0.5 center textcolor rgb faint }
at(i) = place[int($1)] + (card ? 0.2 : 0)
has(i) = $3 == i && place[int($1)]
where = card ? "left offset 0.2, 0" : "right offset -0.8, 0"
plot rows + 9 notitle, \
     data index "rows" using (place[int($1)] ? low : NaN):(place[int($1)] - (card ? 0.24 : 0)): \
	(fit(strcol(4), card ? width - 40 : left - 24)) with labels @where textcolor rgb ink notitle, \
     for [i = 1 : variants - 1] data index "rows" using (has(i) && is_number(6) ? $5 : NaN):(at(i)):6:7 \
	with xerrorbars pointtype mark(i) pointsize 0 linewidth 1.6 linecolor rgb hue(i) dashtype solid notitle, \
     for [i = 1 : variants - 1] data index "rows" using (has(i) ? $5 : NaN):(at(i)) \
	with points pointtype mark(i) pointsize size(i) linewidth 1.4 linecolor rgb hue(i) notitle
unset multiplot
set output
