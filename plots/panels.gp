# SPDX-License-Identifier: GPL-2.0-or-later
#
# panels: the metrics of a workload, one panel each, one line a set of parameters. Each
# figure is drawn as it is, on a logarithmic axis where that can be, and as the change
# against the base.
#
# gnuplot -c panels.gp png|svg|pdf DATA PICTURE
#
# a block a metric: place, "label", "metric", "unit", "direction", and per variant: median,
# change in per cent, both as text. A row without metric is the heading of a group.

kind = ARG1
data = ARG2
picture = ARG3
folder = ARG0[1 : strlen(ARG0) - strlen("panels.gp")]
width = 1280
load folder . "style.gp"

# What is looked at first, of workloads that have more; of others all they have.
chosen = metrics
if (workload eq "compaction") { title = "compaction: one huge page"; \
	chosen = "attempt attempt_p99 huge_pages success_rate scanned_per_huge_page migrated_per_huge_page compact_memory" }
if (workload eq "core") { title = "core: cost of one operation"; chosen = "latency latency_p99" }
if (workload eq "dax") { title = "dax: namespaces and faults"; \
	chosen = "first_bind rebind unbind device_bind bound_memmap_bytes bound_table_bytes memory_taken first_touch first_touch_p99 steady steady_p99 msync" }
if (workload eq "ksm") { title = "ksm: cost of one page"; \
	chosen = "scan_first scan_insert merge rescan full_scan cow_break unmerge unmerge_all swapin" }
if (workload eq "memory-offline") { title = "memory-offline: one block"; chosen = "offline online migrated" }
if (workload eq "move-pages") { title = "move-pages: cost of one page"; chosen = "move move_p99 move_batch" }
if (workload eq "odirect") { title = "odirect: cost of one operation"; \
	chosen = "read write register unregister gup_take gup_drop" }
if (workload eq "zram") { title = "zram: one page, the pool"; \
	chosen = "write read overwrite discard pool_bytes zspage_bytes" }
if (workload eq "zswap") { title = "zswap: cost of one page"; chosen = "store load" }
if (workload eq "zswap-compact") { title = "zswap-compact: one page, the pool"; \
	chosen = "free_page compact load_compacted pool_bytes zspage_bytes density pages_migrated" }
if (workload eq "zswap-memcg") { title = "zswap-memcg: below its limit"; \
	chosen = "touch access access_p99 peak_bytes stores loads" }
if (workload eq "zswap-writeback") { title = "zswap-writeback: cost of one page"; \
	chosen = "writeback load_device store_full store_full_p99 pool_peak_bytes" }

# columns of variant i, 0 is the base: median, change, change as text
figure(i) = 6 + 4 * i
change(i) = 7 + 4 * i
shown(i) = 9 + 4 * i

# Panels without any figure are left out; a metric that is not there has no block.
drawn = ""
do for [k = 1 : words(chosen)] {
	known = 0
	do for [m in metrics] { if (m eq word(chosen, k)) { known = 1 } }
	figures = 0
	do for [i = 0 : (known ? variants - 1 : -1)] {
		stats data index word(chosen, k) using (strcol(3) eq word(chosen, k) && is_number(figure(i)) ? \
			(figures = figures + 1) : 0, 0) nooutput
	}
	if (figures) { drawn = drawn . " " . word(chosen, k) }
}
panels = words(drawn)

row = 22
gap = 76
total = panels ? 0 : 60
array rows[panels + 1]
do for [k = 1 : panels] {
	stats data index word(drawn, k) using 1 nooutput
	rows[k] = int(STATS_max)
	total = total + row * rows[k] + gap
}
height = head + total + 10 + foot(0)
load folder . "page.gp"
set border 1
set grid xtics noytics
set title textcolor rgb ink

top = head
do for [k = 1 : panels] {
	metric = word(drawn, k)
	unit = ""
	way = ""
	heads = ""
	largest = 0
	changes = 0
	smallest = 1
	biggest = 0
	look(x) = (smallest = x < smallest ? x : smallest, biggest = x > biggest ? x : biggest, x)
	look_at(x) = (changes = changes + 1, largest = abs(x) > largest ? abs(x) : largest, x)
	stats data index metric using (heads = strlen(strcol(3)) ? heads : \
		heads . sprintf("%d \"%s\" ", $1, strcol(2)), \
		unit = strlen(strcol(4)) ? strcol(4) : unit, \
		way = strlen(strcol(5)) ? strcol(5) : way, $1) nooutput
	do for [i = 0 : variants - 1] {
		stats data index metric using (is_number(figure(i)) ? look(column(figure(i))) : 1, 0) nooutput
	}
	do for [i = 1 : variants - 1] {
		stats data index metric using (is_number(change(i)) ? look_at(column(change(i))) : 0, 0) nooutput
	}
	set tmargin at screen down(top + 34)
	set bmargin at screen down(top + 34 + row * rows[k])
	set yrange [rows[k] + 0.5 : 0.5]
	do for [h = 1 : words(heads) / 2] {
		set label 10 + h fit(word(heads, 2 * h), 0.25 * width) at \
			screen across(14), first int(word(heads, 2 * h - 1)) textcolor rgb faint
	}
	# as it is
	set lmargin at screen 0.27
	set rmargin at screen 0.62
	set title fit(metric . " (" . unit . (way eq "neutral" ? "" : ", " . way . " is better") . ")", 0.4 * width)
	set format x "%.0s%c"
	# nothing and less have no logarithm
	if (smallest > 0) {
		set logscale x
		set autoscale x
		set xtics autofreq
	} else {
		unset logscale x
		ticks_axis = "xtics"
		ticks_low = smallest < 0 ? smallest : 0
		ticks_high = biggest > ticks_low ? biggest + 0.05 * (biggest - ticks_low) : ticks_low + 1
		ticks_log = 0
		ticks_most = 6
		load folder . "ticks.gp"
		set xrange [ticks_low : ticks_high]
	}
	set ytics scale 0 textcolor rgb ink
	plot for [i = 0 : variants - 1] data index metric using \
		(is_number(figure(i)) ? column(figure(i)) : NaN):1: \
		ytic(strlen(strcol(3)) ? fit(strcol(2), 0.25 * width) : "") \
		with points pointtype mark(i) pointsize size(i) linewidth 1.4 linecolor rgb hue(i)
	unset label

	# against the base
	unset logscale x
	unset ytics
	if (variants > 1) {
		reach = largest > 0 ? largest * (variants > 2 ? 1.1 : 1.9) : 1
		step = step_of(reach / 1.9, 1)
		step = step > reach ? step / 2 : step
		set lmargin at screen 0.66
		set rmargin at screen 0.98
		set xrange [-reach : reach]
		set format x "%+g"
		set xtics -step, step, step
		set xtics add ("0" 0)
		set title "change, %"
		set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor rgb axis back
		thick = 0.7 / (variants - 1)
		# a heading or a missing figure has no place, and so no bar
		at(i) = $1 + (i - 1 - (variants - 2) / 2.0) * thick + 0 * column(change(i))
		# what is never drawn keeps a panel without any change from ending gnuplot, but
		# boxes of which none has a place crash it
		if (changes == 0) {
			plot rows[k] + 1 notitle
		} else {
			plot 1 / 0 notitle, for [i = 1 : variants - 1] data index metric \
				using (0):(at(i)):(0):(column(change(i))):(at(i) - thick * 0.42):(at(i) + thick * 0.42) \
				with boxxyerror fillstyle solid noborder linecolor rgb hue(i), \
			     for [i = 1 : (variants > 2 ? 0 : variants - 1)] data index metric \
				using (column(change(i)) < 0 ? 0 : column(change(i))):(at(i)):(strcol(shown(i))) \
				with labels left offset 0.4, 0 textcolor rgb ink
		}
		unset arrow 1
		set xtics autofreq
	}
	top = top + row * rows[k] + gap
}
# a picture without any panel still has its labels
if (panels == 0) {
	set label 9 "no figures" at screen 0.5, 0.5 center textcolor rgb faint
	unset border
	unset tics
	set xrange [0 : 1]
	set yrange [0 : 1]
	plot 2 notitle
}
unset multiplot
set output
