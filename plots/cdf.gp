# SPDX-License-Identifier: GPL-2.0-or-later
#
# cdf: which share of all samples is up to each value, one line a variant. Further left
# is faster.
#
# gnuplot -c cdf.gp png|svg|pdf DATA PICTURE
#
# present: variants that have samples
# vI: samples of variant I: share of samples up to it, -log10(1 - share), value

kind = ARG1
data = ARG2
picture = ARG3
folder = ARG0[1 : strlen(ARG0) - strlen("cdf.gp")]
load folder . "style.gp"
load folder . "samples.gp"

height = head + (card ? 180 : 340) + (card ? 44 : 46) + foot(0)
load folder . "page.gp"
set grid xtics ytics
ticks_axis = "xtics"
ticks_low = low
ticks_high = high
ticks_log = logarithmic
ticks_most = card ? 4 : 9
load folder . "ticks.gp"
if (logarithmic) { set logscale x }
set xrange [low : high]
set yrange [0 : 100]
set ytics 25 format "%g %%"
set lmargin at screen across(card ? 48 : 66)
set rmargin at screen across(width - (card ? 22 : 40))
set tmargin at screen down(head + 4)
set bmargin at screen down(head + (card ? 180 : 340))
set xlabel fit(about_x . (logarithmic ? ", logarithmic" : ""), width - 60) offset 0, 0.3 textcolor rgb ink
if (!samples) { set label 12 "no figures" at graph 0.5, 0.5 center textcolor rgb faint }
plot -9 notitle, \
     for [k = 1 : words(present)] data index "v" . word(present, k) using 3:($1 * 100) \
	with lines linetype which(k) + 1 linewidth (which(k) ? 1.7 : 2.6) notitle, \
     for [k = 1 : words(present)] data index "v" . word(present, k) using 3:($1 * 100) every 12::(4 + 3 * k) \
	with points pointtype mark(which(k)) pointsize size(which(k)) * 0.8 linecolor rgb hue(which(k)) notitle
unset multiplot
set output
