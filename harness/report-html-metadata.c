// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What memory is spent on describing memory, by variant and workload.
 */
#include "report-html.h"

void report_write_metadata(const struct report_writer *writer)
{
	const struct report_card *card = writer->page->card;
	bool known = writer->page->nr_cards && card[0].memory.known;

	report_section(writer, "metadata", "Metadata: what memory is spent on describing memory");
	if (!known)
		html_element(writer->out, "p", NULL, "It was not accounted in this run.");
	else
		html_element(writer->out, "p", NULL, "Bytes of the memmap, its page tables, page_ext "
			     "and descriptors, read out of the kernel's page tables; under load, mean "
			     "of all cells.");
	report_write_pictures(writer, "");
	report_section_end(writer);
}
