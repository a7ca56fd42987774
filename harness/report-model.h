/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run for somebody who has never seen the suite: which design to choose, and what it costs.
 * What is said is derived from the figures by the rules below, and the model holds it before
 * anything is written, so that it can be tested without reading HTML.
 *
 *	report_make(&compare, &page);
 *	report_write(&page, &around, out);
 *	report_free(&page);
 */
#ifndef PAGEMETA_REPORT_MODEL_H
#define PAGEMETA_REPORT_MODEL_H

#include <stdbool.h>
#include <stdio.h>

#include "compare.h"
#include "gate.h"
#include "metadata.h"

#define REPORT_WORST 5	/* figures a card names on either side */

/**
 * struct report_place - metadata of two kernels in one set of parameters, under load
 * @workload: its name, of the run
 * @params: of the cell, of the run
 * @base: bytes of the base, all kinds on all nodes
 * @bytes: of the variant
 */
struct report_place {
	const char *workload;
	const char *params;
	double base;
	double bytes;
};

/**
 * struct report_memory - metadata of a variant beside that of the base
 * @known: both have it in some cell
 * @cells: sets of parameters in which both have it; the means are over these
 * @base: mean bytes of the base, by phase
 * @bytes: mean bytes of the variant, by phase
 * @ram: mean bytes of RAM that is present when the guest has booted; 0 when not known
 * @least: the place where most is saved, or least is lost
 * @most: the place where least is saved, or most is lost
 */
struct report_memory {
	bool known;
	size_t cells;
	double base[METADATA_PHASES];
	double bytes[METADATA_PHASES];
	double ram;
	struct report_place least;
	struct report_place most;
};

/**
 * struct report_cost - what a workload takes with the variant
 * @workload: its name, of the run
 * @ratio: geometric mean over its figures of time, or of instructions; NaN for none
 * @figures: how many
 */
struct report_cost {
	const char *workload;
	double ratio;
	size_t figures;
};

/**
 * struct report_figure - a figure that changed
 * @row: of the comparison
 * @ratio: as compare_ratio()
 * @loss: how many times as bad it is: 1.02 for 2 % worse, whichever way is better; infinite
 *	where there was nothing before
 * @weight: 2 for what an operation takes, 1 for other figures, 0 for those of a series whose
 *	first figure stands for it, such as means and tails
 */
struct report_figure {
	const struct compare_row *row;
	double ratio;
	double loss;
	unsigned int weight;
};

/**
 * enum report_standing - what is to be said of a variant, the graver ones later
 * @REPORT_BASE: others are held against it
 * @REPORT_SAME: no difference that counts
 * @REPORT_BETTER: less metadata or less time in the mean, and more of neither
 * @REPORT_TRADE: less of one and more of the other; or the same of both, and figures went both
 *	ways
 * @REPORT_WORSE: more of one, and less of neither
 * @REPORT_OPEN: evidence is missing
 * @REPORT_FAILS: a check or a cell failed
 */
enum report_standing {
	REPORT_BASE, REPORT_SAME, REPORT_BETTER, REPORT_TRADE, REPORT_WORSE, REPORT_OPEN,
	REPORT_FAILS, REPORT_STANDING_NR
};

/**
 * struct report_card - one variant
 * @variant: label, of the run
 * @side: its place in the comparison
 * @standing: see above
 * @memory: what it saves
 * @way: -1 for less metadata than the base, 0 for the same, 1 for more: a difference of up to
 *	0.1 % or a page is none
 * @cost: per workload that has figures of time
 * @nr_costs: how many
 * @ratio: geometric mean over the workloads; NaN where time is not known or not judged
 * @pace: -1 for less time, 0 for the same, 1 for more, as @way
 * @worst: figures that got worse, by weight and loss; the first @nr_worst of them
 * @nr_worst: how many are kept
 * @regressions: how many there are
 * @extreme: of all that got worse the worst, whatever its weight; its row NULL for none
 * @best: figures that got better, likewise
 * @nr_best: how many are kept
 * @improvements: how many there are
 * @same: figures without a change that counts
 * @undecided: figures for which there is not evidence enough
 * @decided_times: figures of time for which there is
 * @timed: figures of time behind @ratio
 * @failed: checks and cells that failed
 * @missing: cells and checks that are broken, inconclusive, or have not finished
 * @unsupported: cells and checks
 * @cells: all cells
 * @checks: all checks
 * @same_kernel: its image is that of the base
 * @debug: it is a debug kernel and the base is none, or the other way round
 * @why: what evidence is missing, a few words; NULL for nothing
 */
struct report_card {
	const char *variant;
	size_t side;
	enum report_standing standing;
	struct report_memory memory;
	int way;
	struct report_cost *cost;
	size_t nr_costs;
	double ratio;
	int pace;
	struct report_figure *worst;
	size_t nr_worst;
	size_t regressions;
	struct report_figure extreme;
	struct report_figure *best;
	size_t nr_best;
	size_t improvements;
	size_t same;
	size_t undecided;
	size_t decided_times;
	size_t timed;
	size_t failed;
	size_t missing;
	size_t unsupported;
	size_t cells;
	size_t checks;
	bool same_kernel;
	bool debug;
	const char *why;
};

/**
 * enum report_choice - the answer to "which design?"
 * @REPORT_ONE: there is one variant only
 * @REPORT_AGREES: all variants are the same kernel
 * @REPORT_NOT_YET: the run has not finished
 * @REPORT_NO_BASE: the base fails, or has no figures: nothing can be held against it
 * @REPORT_STAY: none is better than the base
 * @REPORT_TAKE: one is, and none of the others is better than that one in anything
 * @REPORT_DEPENDS: several are, each in something else, or one that has its price
 * @REPORT_UNKNOWN: of none there is evidence enough
 */
enum report_choice {
	REPORT_ONE, REPORT_AGREES, REPORT_NOT_YET, REPORT_NO_BASE, REPORT_STAY, REPORT_TAKE,
	REPORT_DEPENDS, REPORT_UNKNOWN, REPORT_CHOICE_NR
};

/**
 * struct report_page - all that is said
 * @compare: the comparison; outlives it
 * @verdict: of the run
 * @card: one per variant, in order of the comparison
 * @nr_cards: how many
 * @choice: the answer
 * @taken: REPORT_TAKE: place of the card
 * @headline: a few words
 * @lead: one sentence that gives the reason
 * @advice: one sentence per variant that can be chosen or cannot, in order
 * @caution: sentences that must be read before any figure
 */
struct report_page {
	const struct compare *compare;
	enum verdict verdict;
	struct report_card *card;
	size_t nr_cards;
	enum report_choice choice;
	size_t taken;
	char *headline;
	char *lead;
	struct strv advice;
	struct strv caution;
};

/**
 * report_make() - what there is to say of a run
 * @compare: the run; outlives the page
 * @ret_page: freed with report_free()
 *
 * Figures are judged as a gate judges them (gate_judge_pairs()), every variant against the
 * base. A variant can be chosen if nothing of it failed, nothing is missing, and it has less
 * metadata or takes less. It is beaten where another one that can be chosen has no more
 * metadata and takes no more, and less of one of both. What is left is the choice; if it is
 * one without any figure that got worse, or one that nothing but the base stands against, it
 * is named.
 */
void report_make(const struct compare *compare, struct report_page *ret_page);
void report_free(struct report_page *page);

/**
 * report_standing_name() - "base", "no difference", "better", "a trade", "worse", "open", "fails"
 */
const char *report_standing_name(enum report_standing standing);

/** report_amount() - what a figure of time counts: "instructions" or "time" */
const char *report_amount(const struct compare *compare);

/**
 * report_ratio_text() - "0.2 % more instructions", "4.8 times the time", "the same time"
 * @compare: says which engine it is
 * @ratio: variant / base; NaN gives "unknown"
 *
 * Return: malloc'd.
 */
char *report_ratio_text(const struct compare *compare, double ratio);

/** report_memory_text() - "16.0 KiB more metadata (+0.17 %)" under load. Return: malloc'd */
char *report_memory_text(const struct report_memory *memory);

/**
 * struct report_around - what the page shows beside the run
 * @dir: folder of the run, for consoles
 * @plots: folder of scripts and of report.css
 * @cache: where calibrations are
 * @results: folder with earlier runs; NULL looks for none
 * @kernels: folder that describes variants
 * @live: someone is writing to the run now
 */
struct report_around {
	const char *dir;
	const char *plots;
	const char *cache;
	const char *results;
	const char *kernels;
	bool live;
};

/**
 * report_write() - the page
 * @page: what is said
 * @around: what is shown beside it
 * @out: where to
 * @ret_unseen: why there are no pictures, "" where there are; malloc'd, set on success
 * @err: a file of the suite that cannot be read
 *
 * One HTML document that needs nothing else. Where gnuplot fails it has tables only.
 *
 * Return: 0 or -errno.
 */
int report_write(const struct report_page *page, const struct report_around *around, FILE *out,
		 char **ret_unseen, struct err *err);

#endif
