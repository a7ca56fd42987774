// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of a report: cards first, then what follows from them.
 */
#include <stdlib.h>

#include "report-private.h"

void report_make(const struct compare *compare, struct report_page *ret_page)
{
	struct report_page page = {
		.compare = compare, .verdict = compare_verdict(compare->content),
	};

	report_cards_make(&page);
	report_choose(&page);
	*ret_page = page;
}

void report_free(struct report_page *page)
{
	for (size_t i = 0; i < page->nr_cards; i++) {
		free(page->card[i].cost);
		free(page->card[i].worst);
		free(page->card[i].best);
	}
	free(page->card);
	free(page->headline);
	free(page->lead);
	strv_free(&page->advice);
	strv_free(&page->caution);
	*page = (struct report_page){ 0 };
}
