# SPDX-License-Identifier: GPL-2.0-or-later
#
# Few ticks where they help, for an axis from ticks_low to ticks_high, logarithmic if
# ticks_log: gnuplot alone has none where a logarithmic axis is within a decade. ticks_axis
# is x or y, ticks_most about how many there may be.

set @ticks_axis ()
ticks_span = ticks_log ? ticks_high / ticks_low : 1
if (ticks_log && ticks_span >= 8) {
	# 1 2 5 within some decades, whole decades beyond
	ticks_every = int(ceil(log10(ticks_span) / ticks_most))
	ticks_few = log10(ticks_span) * 3 > ticks_most + 2
	do for [k = int(floor(log10(ticks_low))) : int(ceil(log10(ticks_high)))] {
		do for [m in (ticks_few ? "1" : "1 2 5")] {
			v = m * 10.0 ** k
			if (v >= ticks_low && v <= ticks_high && k % ticks_every == 0) {
				set @ticks_axis add (short(v) v)
			}
		}
	}
} else {
	ticks_step = step_of(ticks_high - ticks_low, ticks_most)
	# as fine as the five digits of their labels
	ticks_end = abs(ticks_high) > abs(ticks_low) ? abs(ticks_high) : abs(ticks_low)
	ticks_finest = ticks_end > 0 ? 10.0 ** (floor(log10(ticks_end)) - 4) : 0
	ticks_step = ticks_step < ticks_finest ? ticks_finest : ticks_step
	do for [k = int(ceil(ticks_low / ticks_step - 1e-6)) : int(floor(ticks_high / ticks_step + 1e-6))] {
		set @ticks_axis add (short(k * ticks_step) k * ticks_step)
	}
}
