# SPDX-License-Identifier: GPL-2.0-or-later
#
# Opens the picture once style.gp is loaded and its height is known: title above, legend,
# note and caption below, and how axes look.

if (card) {
	set terminal svg size width,height font "DejaVu Sans,11" noenhanced linewidth 0.9
} else { if (kind eq "svg") {
	set terminal svg size width,height font "DejaVu Sans,13" background "white" noenhanced
} else { if (kind eq "pdf") {
	set terminal pdfcairo size width / 96.0,height / 96.0 font "DejaVu Sans,9.75" noenhanced
} else { if (strstrt(GPVAL_TERMINALS, "pngcairo")) {
	set terminal pngcairo size width,height font "DejaVu Sans,9.75" noenhanced
} else {
	set terminal png size width,height truecolor font "DejaVu Sans,10" noenhanced
} } } }
set output picture

set multiplot
set border 3 linecolor rgb axis
set tics nomirror scale 0.5 textcolor rgb ink
set grid linecolor rgb mesh linetype 1 dashtype solid linewidth 0.8 back
unset key
set style fill solid noborder

if (!card) { set label 1 fit(title, (width - 24) / 1.3) at screen across(14), down(26) font ",13" textcolor rgb ink }
below = height - foot(0) + line / 2
do for [i = 0 : (legend_rows ? variants - 1 : -1)] {
	set label 200 + i fit(name(i), width - 50) at \
		screen across(20 + (i % columns) * (longest + 34)), down(below + line * (i / columns)) \
		point pointtype mark(i) pointsize size(i) linecolor rgb hue(i) offset character 1.2, (kind eq "svg" || card ? -0.35 : -0.2) \
		textcolor rgb ink
}
below = below + line * legend_rows
if (strlen(more)) {
	set label 2 fit(more, width - 20) at screen across(14), down(below) textcolor rgb faint
	below = below + line
}
if (!card && strlen(note)) {
	set label 3 fit(note, width - 20) at screen across(14), down(below) textcolor rgb faint
	below = below + line
}
if (!card) {
	do for [k = 1 : caption_rows(0)] {
		set label 3 + k fit(caption_row(k), width - 20) at screen across(14), down(below) textcolor rgb faint
		below = below + line
	}
}
