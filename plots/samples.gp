# SPDX-License-Identifier: GPL-2.0-or-later
#
# What cdf.gp and percentile.gp have to know of the samples of all variants.

samples = 0
low = 1e300
high = -1e300
tail = 1
# variants that have samples: to ask gnuplot for a block that is not there is an error
present = ""
seen(place) = (present = place eq before ? present : present . " " . place, before = place, 1)
before = ""
stats data index "present" using (seen(strcol(1))) nooutput
which(k) = k > words(present) ? 0 : int(word(present, k))
do for [k = 1 : words(present)] {
	stats data index "v" . word(present, k) using (samples = samples + 1, \
		low = number(3, low) < low ? $3 : low, high = number(3, high) > high ? $3 : high, \
		tail = number(2, tail) > tail ? $2 : tail, 1) nooutput
}
if (!samples) { low = 1; high = 10 }
# nothing has no logarithm
logarithmic = low > 0
if (logarithmic) {
	pad = high > low ? (high / low) ** 0.04 : 1.05
	pad = pad < 1.0003 ? 1.0003 : pad
	low = low / pad
	high = high * pad
} else {
	pad = high > low ? 0.04 * (high - low) : 1
	low = low - pad
	high = high + pad
}
