// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The top of the page: the verdict, which design to choose, and a card for each.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "report-html.h"
#include "variant.h"

/* --- what each variant is --- */

/*
 * "baseline~2" is "baseline", and patches of a gate ("baseline+1") are in no folder. The label
 * comes from a file that anybody may have written.
 */
static char *described(const struct report_writer *writer, const char *label)
{
	struct variant *variant = NULL;
	struct err err = { "" };
	char *name, *help = NULL;

	if (!writer->around->kernels || strstr(label, "..") || *label == '/')
		return NULL;
	name = str_printf("%.*s", (int)strcspn(label, "~"), label);
	if (!variant_load(writer->around->kernels, name, &variant, &err)) {
		help = str_dup(variant->help);
		variant_free(variant);
	}
	free(name);
	return help;
}

/* --- the table --- */

static const char *class_of(enum report_standing standing)
{
	switch (standing) {
	case REPORT_BETTER:
		return "better";
	case REPORT_WORSE:
	case REPORT_FAILS:
		return "worse";
	case REPORT_TRADE:
	case REPORT_OPEN:
		return "mixed";
	default:
		return "same";
	}
}

static const char *mark_of(enum report_standing standing)
{
	switch (standing) {
	case REPORT_BETTER:
		return "\xe2\x9c\x93";	/* check mark */
	case REPORT_WORSE:
	case REPORT_FAILS:
		return "\xe2\x9c\x97";	/* ballot cross */
	case REPORT_TRADE:
		return "\xe2\x87\x84";	/* arrows both ways */
	case REPORT_OPEN:
		return "?";
	default:
		return "=";
	}
}

static void put_standing(const struct report_writer *writer, const struct report_card *card)
{
	fprintf(writer->out, "<span class=\"badge %s\"><span aria-hidden=\"true\">%s </span>",
		class_of(card->standing), mark_of(card->standing));
	html_printf(writer->out, "%s", report_standing_name(card->standing));
	fputs("</span>", writer->out);
}

static const char *arrow_of(double change)
{
	return change > 0 ? "\xe2\x96\xb2 " : change < 0 ? "\xe2\x96\xbc " : "";
}

static void put_way(const struct report_writer *writer, const char *class, int way,
		    const char *text)
{
	fprintf(writer->out, "<td class=\"%s\"><span aria-hidden=\"true\">%s</span>", class,
		arrow_of(way));
	html_text(writer->out, text);
	fputs("</td>", writer->out);
}

static const char *class_of_way(int way)
{
	return way < 0 ? "better" : way > 0 ? "worse" : "same";
}

static void put_worst(const struct report_writer *writer, const struct report_card *card)
{
	const struct compare *compare = writer->page->compare;
	const struct report_figure *worst = card->worst;
	char change[FIGURE_TEXT];

	if (!card->nr_worst) {
		html_cell(writer->out, 'l', "%s", card->side ? "none" : "");
		return;
	}
	compare_change_text(change, worst->ratio, compare->content->run.exact);
	fputs("<td class=\"worse\">", writer->out);
	html_printf(writer->out, "%s %s %s", worst->row->metric->workload, worst->row->metric->name,
		    isnan(worst->ratio) ? "where the base has nothing" : change);
	fputs("</td>", writer->out);
}

static void put_glance(const struct report_writer *writer, const struct report_card *card)
{
	char *memory, *pace, *failed = report_failed_text(card);
	FILE *out = writer->out;

	fprintf(out, "<tr><th scope=\"row\"><a href=\"#design-%zu\">", card->side);
	html_text(out, card->variant);
	fputs("</a></th><td>", out);
	put_standing(writer, card);
	fputs("</td>", out);
	if (!card->side) {
		html_cell(out, 'l', "what others are held against");
		html_cell(out, 'l', "%s", "");
	} else {
		memory = report_memory_text(&card->memory);
		put_way(writer, class_of_way(card->memory.known ? card->way : 0),
			card->memory.known ? card->way : 0, memory);
		free(memory);
		pace = report_ratio_text(writer->page->compare, card->ratio);
		put_way(writer, class_of_way(card->pace), card->pace, pace);
		free(pace);
	}
	put_worst(writer, card);
	fprintf(out, "<td class=\"%s\">", card->failed ? "worse" : card->missing ? "mixed" : "same");
	html_text(out, failed);
	fputs("</td></tr>\n", out);
	free(failed);
}

static void put_glances(const struct report_writer *writer)
{
	FILE *out = writer->out;

	fputs("<div class=\"glance\">\n", out);
	html_table_begin(out, "All designs at a glance, beside the base");
	html_head(out, 'l', "design");
	html_head(out, 'l', "on the whole");
	html_head(out, 'l', "metadata under load");
	html_head(out, 'l', "%s, mean of all workloads", report_amount(writer->page->compare));
	html_head(out, 'l', "worst figure");
	html_head(out, 'l', "what broke");
	html_table_body(out);
	for (size_t i = 0; i < writer->page->nr_cards; i++)
		put_glance(writer, &writer->page->card[i]);
	html_table_end(out);
	fputs("</div>\n", out);
}

void report_write_choice(const struct report_writer *writer)
{
	const struct report_page *page = writer->page;
	FILE *out = writer->out;

	report_section(writer, "choose", "Which design to choose");
	html_element(out, "p", "answer", "%s", page->headline);
	html_element(out, "p", "lead", "%s", page->lead);
	if (page->advice.nr) {
		fputs("<ul class=\"advice\">\n", out);
		for (size_t i = 0; i < page->advice.nr; i++) {
			fputs("<li><strong>", out);
			html_text(out, page->card[i + 1].variant);
			fputs("</strong>: ", out);
			html_text(out, page->advice.item[i]);
			fputs("</li>\n", out);
		}
		fputs("</ul>\n", out);
	}
	put_glances(writer);
	report_section_end(writer);
}

/* --- cards --- */

static void put_bytes_row(FILE *out, bool is_base, const char *what, double base, double bytes)
{
	char own[FIGURE_TEXT], of_base[FIGURE_TEXT], size[32];

	fputs("<tr>", out);
	html_row_head(out, "%s", what);
	html_cell(out, 'r', "%s", compare_figure_text(own, UNIT_BYTES, round(bytes)));
	if (is_base) {
		fputs("</tr>\n", out);
		return;
	}
	html_cell(out, 'r', "%s", compare_figure_text(of_base, UNIT_BYTES, round(base)));
	text_bytes(size, sizeof(size), fabs(bytes - base));
	if (round(bytes) == round(base))
		html_cell(out, 'r', "the same");
	else
		html_cell(out, 'r', "%s %s", size, bytes < base ? "less" : "more");
	fputs("</tr>\n", out);
}

static void put_saving(const struct report_writer *writer, const struct report_card *card)
{
	static const char *const phase[METADATA_PHASES] = {
		[METADATA_BOOT] = "after boot", [METADATA_LOADED] = "under load",
		[METADATA_AFTER] = "afterwards",
	};
	const struct report_memory *memory = &card->memory;
	double gib = memory->ram / (1 << 30);
	FILE *out = writer->out;

	if (!memory->known) {
		html_element(out, "p", NULL, "Metadata was not accounted in any cell that both have.");
		return;
	}
	html_table_begin(out, "Bytes of metadata, mean of all cells");
	html_head(out, 'l', "when");
	html_head(out, 'r', "bytes");
	if (card->side) {
		html_head(out, 'r', "base");
		html_head(out, 'r', "difference");
	}
	html_table_body(out);
	for (unsigned int i = 0; i < METADATA_PHASES; i++)
		put_bytes_row(out, !card->side, phase[i], memory->base[i], memory->bytes[i]);
	if (gib > 0)
		put_bytes_row(out, !card->side, "per GiB of RAM, after boot",
			      memory->base[METADATA_BOOT] / gib,
			      memory->bytes[METADATA_BOOT] / gib);
	html_table_end(out);
}

static void put_costs(const struct report_writer *writer, const struct report_card *card)
{
	const struct compare *compare = writer->page->compare;
	FILE *out = writer->out;
	char change[FIGURE_TEXT];

	if (!card->nr_costs) {
		html_element(out, "p", NULL, "No %s that could be judged.", report_amount(compare));
		return;
	}
	html_table_begin(out, "Geometric mean of all figures, by workload");
	html_head(out, 'l', "workload");
	html_head(out, 'r', "%s", report_amount(compare));
	html_head(out, 'r', "figures");
	html_table_body(out);
	for (size_t i = 0; i < card->nr_costs; i++) {
		const struct report_cost *cost = &card->cost[i];
		double floor = report_time_floor(compare);

		fputs("<tr>", out);
		html_row_head(out, "%s", cost->workload);
		compare_change_text(change, cost->ratio, compare->content->run.exact);
		fprintf(out, "<td class=\"r %s\">", cost->ratio > 1 + floor ? "worse" :
			cost->ratio < 1 - floor ? "better" : "same");
		html_printf(out, "%s%s", change, cost->ratio > 1 + floor ? " more" :
			    cost->ratio < 1 - floor ? " less" : "");
		fputs("</td>", out);
		html_cell(out, 'r', "%zu", cost->figures);
		fputs("</tr>\n", out);
	}
	html_table_end(out);
}

static void put_figures(const struct report_writer *writer, const char *what,
			const struct report_figure *figure, size_t nr, size_t all)
{
	FILE *out = writer->out;

	if (!nr)
		return;
	html_element(out, "p", NULL, "%zu figure%s %s%s:", all, all == 1 ? "" : "s", what,
		     all > nr ? ", above all" : "");
	fputs("<ul>\n", out);
	for (size_t i = 0; i < nr; i++) {
		char *text = report_figure_text(writer->page->compare, &figure[i]);

		html_element(out, "li", NULL, "%s", text);
		free(text);
	}
	fputs("</ul>\n", out);
}

/* Means and tails stand behind: the worst of all must not. */
static void put_extreme(const struct report_writer *writer, const struct report_card *card)
{
	char *text;

	if (!card->extreme.row || card->extreme.row == card->worst->row)
		return;
	text = report_figure_text(writer->page->compare, &card->extreme);
	html_element(writer->out, "p", NULL, "The largest, means and tails included: %s.", text);
	free(text);
}

static void put_broke(const struct report_writer *writer, const struct report_card *card)
{
	char *failed = report_failed_text(card);

	fprintf(writer->out, "<p class=\"%s\">", card->failed ? "worse" : card->missing ? "mixed" :
		"same");
	html_printf(writer->out, "%zu cell%s, %zu check%s: %s.", card->cells,
		    card->cells == 1 ? "" : "s", card->checks, card->checks == 1 ? "" : "s", failed);
	if (card->failed || card->missing)
		fputs(" <a href=\"#failures\">What and why</a>", writer->out);
	fputs("</p>\n", writer->out);
	if (card->standing == REPORT_OPEN)
		html_element(writer->out, "p", "mixed", "Open: %s.", card->why);
	free(failed);
}

static void put_card(const struct report_writer *writer, const struct report_card *card)
{
	char *help = described(writer, card->variant);
	FILE *out = writer->out;

	fprintf(out, "<article class=\"card\" id=\"design-%zu\" aria-labelledby=\"design-%zu-name\">\n"
		"<h3 id=\"design-%zu-name\">", card->side, card->side, card->side);
	html_text(out, card->variant);
	fputs(" ", out);
	put_standing(writer, card);
	fputs("</h3>\n", out);
	if (help)
		html_element(out, "p", "help", "%s.", help);
	free(help);
	html_element(out, "h4", NULL, card->side ? "Saves" : "Has");
	put_saving(writer, card);
	if (card->side) {
		html_element(out, "h4", NULL, "Costs");
		put_costs(writer, card);
		put_figures(writer, "got worse", card->worst, card->nr_worst, card->regressions);
		put_extreme(writer, card);
		put_figures(writer, "got better", card->best, card->nr_best, card->improvements);
		html_element(out, "p", "note", "%zu figures are the same as far as their floor goes%s.",
			     card->same, card->undecided ? ", the others are not decided" : "");
	}
	html_element(out, "h4", NULL, "What broke");
	put_broke(writer, card);
	fputs("</article>\n", out);
}

void report_write_cards(const struct report_writer *writer)
{
	report_section(writer, "designs", "Each design");
	fputs("<div class=\"cards\">\n", writer->out);
	for (size_t i = 0; i < writer->page->nr_cards; i++)
		put_card(writer, &writer->page->card[i]);
	fputs("</div>\n", writer->out);
	report_section_end(writer);
}
