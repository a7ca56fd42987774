# SPDX-License-Identifier: GPL-2.0-or-later
#
# What all pictures have in common: what a script is called with, colours, shapes, sizes
# of text, and how a data file says what it is about. A script begins with
#
#	kind = ARG1; data = ARG2; picture = ARG3
#	folder = ARG0[1 : strlen(ARG0) - strlen("NAME.gp")]
#	load folder . "style.gp"
#
# finds its height in pixels, loads page.gp and plots. kind is png, svg or pdf for a file
# that stands alone, or card: SVG that a page has as one of many, narrow as a phone, with
# neither title nor caption, which the page has as text.
#
# A data file has blocks, two blank lines apart, each after a comment that names it:
#
#	about		"key" "value", see below
#	variants	place "name", the base first as 0; unless it knows none

set encoding utf8

# Okabe and Ito's colours, which colour-blind people can tell apart, and two more. Every
# variant has a shape and a dash pattern as well, with other periods, so that no two of
# the first 72 look the same in black and white either.
ink = "#1a1a1a"
faint = "#666666"
axis = "#8c8c8c"
mesh = "#dddddd"
array colour[9] = ["#4d4d4d", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#6b5b00"]
array shape[8] = [6, 7, 5, 9, 13, 11, 15, 4]
hue(i) = colour[int(i) % 9 + 1]
mark(i) = shape[int(i) % 8 + 1]
# the base is an open circle, large enough to be seen around what lies on it
size(i) = (int(i) ? 1.0 : 1.5) * (card ? 0.62 : 1)
do for [i = 0 : 71] {
	if (i % 8 == 0) { set linetype i + 1 dashtype solid }
	if (i % 8 == 1) { set linetype i + 1 dashtype (9, 3) }
	if (i % 8 == 2) { set linetype i + 1 dashtype (3, 3) }
	if (i % 8 == 3) { set linetype i + 1 dashtype (9, 3, 2, 3) }
	if (i % 8 == 4) { set linetype i + 1 dashtype (16, 4) }
	if (i % 8 == 5) { set linetype i + 1 dashtype (5, 2) }
	if (i % 8 == 6) { set linetype i + 1 dashtype (2, 2, 2, 6) }
	if (i % 8 == 7) { set linetype i + 1 dashtype (12, 3, 2, 3, 2, 3) }
	set linetype i + 1 linecolor rgb hue(i) linewidth 1.6
}

card = kind eq "card"
if (!exists("width")) { width = card ? 380 : 960 }
# height of a letter, and what a letter takes in a line, in pixels
em = card ? 11.0 : 13.0
wide(text) = 0.62 * em * strlen(text)
line = card ? 15 : 19

# what is too long for its place is cut in the middle: names differ at both ends
cut(text, n) = strlen(text) <= n ? text : \
	text[1 : (n - 1) / 2] . "…" . text[strlen(text) - (n - 2) / 2 + 1 : strlen(text)]
fit(text, pixels) = cut(text, int(pixels / (0.62 * em)))

# what the data file says of itself
title = ""
caption = ""
note = ""
about_x = ""
about_y = ""
better = "neutral"
workload = ""
metrics = ""
names = ""
take(key, value) = (title = key eq "title" ? value : title, \
	caption = key eq "caption" ? value : caption, note = key eq "note" ? value : note, \
	about_x = key eq "x" ? value : about_x, about_y = key eq "y" ? value : about_y, \
	better = key eq "better" ? value : better, \
	workload = key eq "workload" ? value : workload, \
	metrics = key eq "metrics" ? value : metrics, 1)
stats data index "about" using (take(strcol(1), strcol(2))) nooutput
# what the legend lists, the block "variants" unless the script has set another
if (!exists("listed")) { listed = "variants" }
variants = 0
stats data index listed using (variants = variants + 1, names = names . ' "' . strcol(2) . '"', 1) nooutput
name(i) = word(names, int(i) + 1)

# What a data file has as NaN makes all of an expression undefined: ask first.
is_number(i) = valid(i) && column(i) == column(i)
number(i, otherwise) = is_number(i) ? column(i) : otherwise

# places, from pixels from the left and from the top
across(x) = x * 1.0 / width
down(y) = 1 - y * 1.0 / height

# The legend stands below, in columns as wide as the longest name.
longest = 0
do for [i = 0 : variants - 1] { longest = wide(name(i)) > longest ? wide(name(i)) : longest }
longest = longest > width - 50 ? width - 50 : longest
columns = int((width - 20) / (longest + 34))
columns = columns < 1 ? 1 : columns > variants ? variants : columns
legend_rows = variants > 1 ? int(ceil(variants * 1.0 / columns)) : 0
# A caption that is too long goes on after its first part.
caption_cut = strstrt(caption, "  |  ")
caption_rows(x) = strlen(caption) == 0 ? 0 : wide(caption) > width - 20 && caption_cut ? 2 : 1
caption_row(k) = caption_rows(0) < 2 ? caption : k == 1 ? caption[1 : caption_cut - 1] : \
	caption[caption_cut + 5 : strlen(caption)]

# Pixels above and below what is drawn; room for an axis is the script's own. A script
# may say more, in a few words; what else there is to say stands beside a card.
more = ""
head = card ? 8 : 50
foot(x) = legend_rows * line + (card ? 6 : 14) + (strlen(more) ? line : 0) + \
	(card ? 0 : line * ((strlen(note) > 0) + caption_rows(0)))

# 1, 2 or 5 times a power of ten, so that about n of it are in a range
step_of(range, n) = (p = 10.0 ** floor(log10(range * 1.0 / n)), r = range * 1.0 / n / p, \
	(r > 5.0001 ? 10 : r > 2.0001 ? 5 : r > 1.0001 ? 2 : 1) * p)
# bytes in whole powers of 1024
order(x) = x >= 1024.0 ** 4 ? 4 : x >= 1024.0 ** 3 ? 3 : x >= 1024.0 ** 2 ? 2 : x >= 1024 ? 1 : 0
pow(n) = 1024.0 ** n
unit(n) = word("B KiB MiB GiB TiB", n + 1)
# "1.5k", "20M": as many digits as it takes, five at most
short(x) = x == 0 ? "0" : abs(x) < 1000 ? sprintf("%.5g", x) : \
	sprintf("%.5g", real(gprintf("%.4s", x))) . gprintf("%c", x)
