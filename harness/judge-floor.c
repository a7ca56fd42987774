// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From which change on a figure counts as changed, where its metric does not say.
 */
#include "judge.h"

#define PER_CENT 10000u		/* millionths */
#define PAGE_BYTES 4096

/* In tenths of a per cent. Medians and plain counts do not move for nothing. */
static const unsigned int exact_time[COMBINE_NR] = {
	[COMBINE_MEDIAN] = 1,
	[COMBINE_MEAN]	= 2,
	[COMBINE_P99]	= 5,
	[COMBINE_P999]	= 20,
	[COMBINE_P9999]	= 20,
	[COMBINE_MAX]	= 20,
	[COMBINE_SUM]	= 2,
};

/* In tenths of a per cent: the further out, the fewer samples it hangs on. */
static const unsigned int real_time[COMBINE_NR] = {
	[COMBINE_MEDIAN] = 20,
	[COMBINE_MEAN]	= 30,
	[COMBINE_P99]	= 50,
	[COMBINE_P999]	= 100,
	[COMBINE_P9999]	= 250,
	[COMBINE_MAX]	= 250,
	[COMBINE_SUM]	= 30,
};

struct judge_floor judge_default_floor(enum metric_unit unit, enum metric_combine combine,
				       bool exact)
{
	struct judge_floor floor = { .relative = exact ? PER_CENT / 10 : PER_CENT };

	switch (unit) {
	case UNIT_CLOCK:
		if ((unsigned int)combine < COMBINE_NR)
			floor.relative = (exact ? exact_time : real_time)[combine] * PER_CENT / 10;
		break;
	case UNIT_BYTES:
	case UNIT_PAGES:
		if (exact)
			break;
		floor.relative = PER_CENT / 2;
		floor.absolute = unit == UNIT_BYTES ? PAGE_BYTES : 1;
		break;
	case UNIT_COUNT:
	case UNIT_RATIO:
	case UNIT_NR:
		break;
	}
	return floor;
}
