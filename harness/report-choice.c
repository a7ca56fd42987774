// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answer to "which design?", and the sentences around it. Nothing is said that no figure
 * stands for; where evidence is missing, that is what is said.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report-private.h"

bool report_finished(const struct store_content *content)
{
	for (size_t i = 0; i < content->nr_cells; i++)
		if (strcmp(content->cell[i].status, "finished"))
			return false;
	return content->nr_cells > 0 && !strcmp(content->run.status, "finished");
}

/* --- which can be chosen --- */

static bool can_be_chosen(const struct report_card *card)
{
	return (card->standing == REPORT_BETTER || card->standing == REPORT_TRADE) &&
	       (card->way < 0 || card->pace < 0);
}

static int hold_pace(double other, double own, double floor)
{
	if (isnan(other) || isnan(own) || fabs(other / own - 1) <= floor)
		return 0;
	return other < own ? -1 : 1;
}

bool report_is_beaten(const struct report_page *page, const struct report_card *card)
{
	double floor = report_time_floor(page->compare);

	for (size_t i = 1; i < page->nr_cards; i++) {
		const struct report_card *other = &page->card[i];
		int way, pace;

		if (other == card || !can_be_chosen(other))
			continue;
		/* Each has cells of its own, perhaps: differences from the base are held together. */
		way = report_memory_way(card->memory.bytes[METADATA_LOADED] -
					card->memory.base[METADATA_LOADED],
					other->memory.bytes[METADATA_LOADED] -
					other->memory.base[METADATA_LOADED]);
		pace = hold_pace(other->ratio, card->ratio, floor);
		if (way <= 0 && pace <= 0 && (way < 0 || pace < 0))
			return true;
	}
	return false;
}

static bool is_in_front(const struct report_page *page, const struct report_card *card)
{
	return can_be_chosen(card) && !report_is_beaten(page, card);
}

static size_t count_standing(const struct report_page *page, enum report_standing standing)
{
	size_t nr = 0;

	for (size_t i = 1; i < page->nr_cards; i++)
		nr += page->card[i].standing == standing;
	return nr;
}

static bool all_same_kernel(const struct report_page *page)
{
	for (size_t i = 1; i < page->nr_cards; i++)
		if (!page->card[i].same_kernel)
			return false;
	return true;
}

static enum report_choice choose_among(struct report_page *page)
{
	size_t nr = 0;

	for (size_t i = 1; i < page->nr_cards; i++) {
		if (!is_in_front(page, &page->card[i]))
			continue;
		page->taken = i;
		nr++;
	}
	if (nr == 1 && page->card[page->taken].way <= 0 && page->card[page->taken].pace <= 0)
		return REPORT_TAKE;
	if (nr)
		return REPORT_DEPENDS;
	return count_standing(page, REPORT_OPEN) ? REPORT_UNKNOWN : REPORT_STAY;
}

static enum report_choice choose(struct report_page *page)
{
	if (!report_finished(page->compare->content))
		return REPORT_NOT_YET;
	if (page->nr_cards < 2)
		return REPORT_ONE;
	if (page->card[0].failed || page->card[0].missing)
		return REPORT_NO_BASE;
	if (all_same_kernel(page))
		return REPORT_AGREES;
	return choose_among(page);
}

/* --- sentences --- */

static char *sentence_of(const struct report_page *page, const struct report_card *card)
{
	char *memory = report_memory_text(&card->memory);
	char *pace = report_ratio_text(page->compare, card->ratio);
	char *driver = report_driver_text(page->compare, card);
	char *failed = report_failed_text(card);
	char *worst = card->nr_worst ? report_figure_text(page->compare, card->worst) : NULL;
	bool open = card->standing == REPORT_OPEN;
	char *text;

	text = str_printf("%s, %s%s; %s%s%s%s%s", memory, pace, driver, failed,
			  worst ? "; worst figure: " : "", worst ? worst : "",
			  open ? "; open, because " : "", open ? card->why : "");
	free(worst);
	free(failed);
	free(driver);
	free(pace);
	free(memory);
	return text;
}

static void give_advice(struct report_page *page)
{
	for (size_t i = 1; i < page->nr_cards; i++) {
		char *text = sentence_of(page, &page->card[i]);

		strv_add(&page->advice, "%s", text);
		free(text);
	}
}

static size_t ended(const struct store_content *content)
{
	size_t nr = 0;

	for (size_t i = 0; i < content->nr_cells; i++)
		nr += !strcmp(content->cell[i].status, "finished");
	return nr;
}

static void say_not_yet(struct report_page *page)
{
	const struct store_content *content = page->compare->content;

	page->headline = str_printf("No choice yet: the run has not finished");
	page->lead = str_printf("%zu of %zu cells have ended; what follows is what is known so far.",
				ended(content), content->nr_cells);
}

static void say_one(struct report_page *page)
{
	page->headline = str_printf("One design was measured: nothing to choose from");
	page->lead = str_printf("A choice takes at least two, such as: run-suite run --variants "
				"baseline,%s", page->nr_cards && strcmp(page->card[0].variant, "baseline") ?
				page->card[0].variant : "vmemmap-4k");
}

static void say_agrees(struct report_page *page)
{
	size_t differ = 0, figures = 0;

	for (size_t i = 1; i < page->nr_cards; i++) {
		const struct report_card *card = &page->card[i];

		differ += card->regressions + card->improvements;
		figures += card->regressions + card->improvements + card->same + card->undecided;
	}
	page->headline = str_printf("The same kernel under every name: nothing to choose");
	page->lead = str_printf("%zu of %zu figures differ beyond their floor; what differs here is "
				"what the suite shows where nothing has changed.", differ, figures);
}

static void say_no_base(struct report_page *page)
{
	char *failed = report_failed_text(&page->card[0]);

	page->headline = str_printf("No choice: %s itself is in doubt", page->card[0].variant);
	page->lead = str_printf("Everything is held against %s, and %s. Settle that first.",
				page->card[0].variant, failed);
	free(failed);
}

static void say_stay(struct report_page *page)
{
	size_t fails = count_standing(page, REPORT_FAILS), others = page->nr_cards - 1;
	const char *nothing = "has less metadata or takes fewer instructions on the whole";

	if (!page->compare->content->run.exact)
		nothing = "has less metadata or takes less time on the whole";
	page->headline = str_printf("Stay with %s", page->card[0].variant);
	if (fails == others)
		page->lead = str_printf("%s.", others == 1 ? "The other one fails its checks" :
					"All others fail checks");
	else if (fails)
		page->lead = str_printf("%zu of %zu others fail%s checks; none of the rest %s.", fails,
					others, fails == 1 ? "s" : "", nothing);
	else
		page->lead = str_printf("None of the others %s.", nothing);
}

static void say_take(struct report_page *page)
{
	const struct report_card *card = &page->card[page->taken];
	char *why = sentence_of(page, card);

	page->headline = str_printf("Choose %s", card->variant);
	page->lead = str_printf("Beside %s it has %s.", page->card[0].variant, why);
	free(why);
}

/* "less metadata for more instructions" */
static char *trade_of(const struct report_page *page, const struct report_card *card)
{
	bool exact = page->compare->content->run.exact;

	if (card->way < 0 && card->pace > 0)
		return str_printf("less metadata for more %s", report_amount(page->compare));
	if (card->way > 0 && card->pace < 0)
		return str_printf("%s %s for more metadata", exact ? "fewer" : "less",
				  report_amount(page->compare));
	if (card->way < 0 && card->pace < 0)
		return str_printf("less of both");
	if (card->way < 0)
		return str_printf("less metadata");
	return str_printf("%s %s", exact ? "fewer" : "less", report_amount(page->compare));
}

static void say_depends(struct report_page *page)
{
	struct strv part = { 0 };
	char *list;

	for (size_t i = 1; i < page->nr_cards; i++) {
		char *trade;

		if (!is_in_front(page, &page->card[i]))
			continue;
		trade = trade_of(page, &page->card[i]);
		strv_add(&part, "%s (%s)", page->card[i].variant, trade);
		free(trade);
	}
	list = strv_join(&part, ", ");
	page->headline = str_printf(part.nr == 1 ? "A trade: %s" : "It depends: %s", list);
	page->lead = str_printf(part.nr == 1 ? "Whether that is worth it depends on what memory is "
				"worth to you; otherwise stay with %s." :
				"None of these is better than the others in both; otherwise stay with %s.",
				page->card[0].variant);
	free(list);
	strv_free(&part);
}

static void say_unknown(struct report_page *page)
{
	struct strv part = { 0 };
	char *list;

	for (size_t i = 1; i < page->nr_cards; i++)
		if (page->card[i].why)
			strv_add(&part, "%s: %s", page->card[i].variant, page->card[i].why);
	list = strv_join(&part, "; ");
	page->headline = str_printf("No choice can be made: evidence is missing");
	page->lead = str_printf("%s.", part.nr ? list : "Nothing was measured");
	free(list);
	strv_free(&part);
}

/* --- what must be read first --- */

static void caution_of_host(struct report_page *page)
{
	const struct store_content *content = page->compare->content;
	struct strv part = { 0 };
	char *list;

	for (size_t i = 0; i < content->nr_findings; i++)
		if (host_level_is_bad(content->finding[i].level) &&
		    !strv_has(&part, content->finding[i].name))
			strv_add(&part, "%s", content->finding[i].name);
	list = strv_join(&part, ", ");
	if (part.nr)
		strv_add(&page->caution, "The host was disturbed (%s): figures may not come out alike "
			 "again; see Host.", list);
	free(list);
	strv_free(&part);
}

static void caution(struct report_page *page)
{
	const struct store_content *content = page->compare->content;

	if (!report_finished(content))
		strv_add(&page->caution, "This run has not finished: %zu of %zu cells have ended.",
			 ended(content), content->nr_cells);
	caution_of_host(page);
	if (!strcmp(content->run.engine, "tcg"))
		strv_add(&page->caution, "Times are those of an emulator: shown, never judged.");
	if (content->run.exact && !page->compare->proved && report_finished(content))
		strv_add(&page->caution, "No cell was booted twice with equal figures: that "
			 "instructions come out alike is not proved in this run.");
	for (size_t i = 0; i < page->nr_cards; i++)
		if (page->card[i].debug)
			strv_add(&page->caution, "%s and %s are a debug kernel and one that is none: "
				 "what they take does not compare.", page->card[0].variant,
				 page->card[i].variant);
}

static void say_choice(struct report_page *page)
{
	static void (*const say[REPORT_CHOICE_NR])(struct report_page *page) = {
		[REPORT_ONE] = say_one,
		[REPORT_AGREES] = say_agrees,
		[REPORT_NOT_YET] = say_not_yet,
		[REPORT_NO_BASE] = say_no_base,
		[REPORT_STAY] = say_stay,
		[REPORT_TAKE] = say_take,
		[REPORT_DEPENDS] = say_depends,
		[REPORT_UNKNOWN] = say_unknown,
	};

	say[page->choice](page);
}

void report_choose(struct report_page *page)
{
	page->choice = choose(page);
	say_choice(page);
	give_advice(page);
	caution(page);
}
