# SPDX-License-Identifier: GPL-2.0-or-later
#
# percentile: the value of each percentile, one line a variant; the tail is drawn out, each
# nine as wide as the one before. Lower is faster.
#
# gnuplot -c percentile.gp png|svg|pdf DATA PICTURE
#
# present: variants that have samples
# vI: samples of variant I: share of samples up to it, -log10(1 - share), value

kind = ARG1
data = ARG2
picture = ARG3
folder = ARG0[1 : strlen(ARG0) - strlen("percentile.gp")]
load folder . "style.gp"
load folder . "samples.gp"

height = head + (card ? 180 : 340) + (card ? 44 : 46) + foot(0)
load folder . "page.gp"
set grid xtics ytics
ticks_axis = "ytics"
ticks_low = low
ticks_high = high
ticks_log = logarithmic
ticks_most = card ? 5 : 8
load folder . "ticks.gp"
if (logarithmic) { set logscale y }
set yrange [low : high]
set xrange [0 : tail * 1.02]
set xtics ("50" log10(2), "90" 1, "99" 2, "99.9" 3, "99.99" 4, "99.999" 5)
set lmargin at screen across(card ? 60 : 84)
set rmargin at screen across(width - (card ? 22 : 40))
set tmargin at screen down(head + 4)
set bmargin at screen down(head + (card ? 180 : 340))
set xlabel "percentile of samples" offset 0, 0.3 textcolor rgb ink
set ylabel fit(about_x, card ? 180 : 340) offset card ? 1 : 0, 0 textcolor rgb ink
if (!samples) { set label 12 "no figures" at graph 0.5, 0.5 center textcolor rgb faint }
plot high * 9 + 9 notitle, \
     for [k = 1 : words(present)] data index "v" . word(present, k) using 2:3 \
	with lines linetype which(k) + 1 linewidth (which(k) ? 1.7 : 2.6) notitle, \
     for [k = 1 : words(present)] data index "v" . word(present, k) using 2:3 every 12::(4 + 3 * k) \
	with points pointtype mark(which(k)) pointsize size(which(k)) * 0.8 linecolor rgb hue(which(k)) notitle
unset multiplot
set output
