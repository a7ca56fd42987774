// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judges a series: figures of each kernel against those of the kernel before, those of
 * the last against the base, checks that have begun to fail, and whether what was changed
 * has run at all.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "gate.h"
#include "reuse.h"

static const char *const verdict_word[GATE_VERDICT_NR] = {
	[GATE_NO_CHANGE] = "no change",
	[GATE_IMPROVEMENT] = "improvement",
	[GATE_INCONCLUSIVE] = "inconclusive",
	[GATE_REGRESSION] = "regression",
	[GATE_FAILED] = "failed",
	[GATE_BROKEN] = "test bed broken",
	[GATE_NO_KERNEL] = "no kernel",
};

const char *gate_verdict_name(enum gate_verdict verdict)
{
	return (unsigned int)verdict < GATE_VERDICT_NR ? verdict_word[verdict] : "invalid";
}

const char *gate_exercise_name(enum gate_exercise exercise)
{
	static const char *const word[GATE_EXERCISE_NR] = {
		[GATE_RAN] = "ran", [GATE_SAME_KERNEL] = "same kernel", [GATE_SAME_CODE] = "same code",
		[GATE_BOOTED] = "at boot", [GATE_NOT_RUN] = "not run", [GATE_NOT_KNOWN] = "not known",
	};

	return (unsigned int)exercise < GATE_EXERCISE_NR ? word[exercise] : "invalid";
}

static void worsen(enum gate_verdict *verdict, enum gate_verdict to)
{
	if (to > *verdict)
		*verdict = to;
}

/* --- figures --- */

/*
 * What must equal the first variant's is judged by a check. Times of an emulator that
 * counts no instructions say nothing.
 */
bool gate_is_judged(const struct compare *compare, const struct compare_row *row, size_t old,
		    size_t new)
{
	if (!strcmp(compare->content->run.engine, "tcg") && row->metric->unit == UNIT_CLOCK)
		return false;
	return row->metric->direction != DIR_NEUTRAL && row->metric->reference != REFERENCE_EQUAL &&
	       row->side[old].nr && row->side[new].nr;
}

static void add_change(struct gate_change **list, size_t *nr, const struct gate_change *change)
{
	*list = mem_grow(*list, *nr + 1, sizeof(**list));
	(*list)[(*nr)++] = *change;
}

/* Every kernel against the one before, then the last against the base. */
struct gate_pair *gate_pairs(const struct gate *gate, size_t *ret_nr)
{
	struct gate_pair *pair = NULL;
	size_t nr = 0;

	for (size_t i = 0; i <= gate->last; i++) {
		size_t old = i < gate->last ? i : 0, new = i < gate->last ? i + 1 : gate->last;

		for (size_t j = 0; gate->last && j < gate->compare->nr_rows; j++) {
			const struct compare_row *row = &gate->compare->row[j];

			if (!gate_is_judged(gate->compare, row, old, new))
				continue;
			pair = mem_grow(pair, nr + 1, sizeof(*pair));
			pair[nr++] = (struct gate_pair){ .row = row, .old = old, .new = new };
		}
		/* Of one patch, both are the same. */
		if (gate->last == 1)
			break;
	}
	*ret_nr = nr;
	return pair;
}

static void add_want(struct gate *gate, size_t side, const struct compare_row *row)
{
	gate->want = mem_grow(gate->want, gate->nr_wants + 1, sizeof(*gate->want));
	gate->want[gate->nr_wants++] = (struct gate_want){ .side = side, .row = row };
}

static struct gate_change change_of(const struct gate_pair *pair, size_t first)
{
	return (struct gate_change){
		.row = pair->row, .old = pair->old, .new = pair->new, .ratio = pair->ratio,
		.verdict = pair->verdict, .first = first,
	};
}

static void take_step(struct gate *gate, const struct gate_pair *pair)
{
	struct gate_step *step = &gate->step[pair->old];
	struct gate_change change = change_of(pair, pair->new);

	step->figures++;
	if (pair->verdict == GATE_NO_CHANGE)
		return;
	add_change(&gate->change, &gate->nr_changes, &change);
	step->regressions += pair->verdict == GATE_REGRESSION;
	step->improvements += pair->verdict == GATE_IMPROVEMENT;
	worsen(&step->verdict, pair->verdict);
}

static size_t first_patch(const struct gate *gate, const struct gate_pair *of)
{
	for (size_t i = 0; i < gate->nr_changes; i++)
		if (gate->change[i].row == of->row && gate->change[i].verdict == of->verdict)
			return gate->change[i].first;
	return 0;
}

static void take_series(struct gate *gate, const struct gate_pair *pair)
{
	struct gate_change change = change_of(pair, first_patch(gate, pair));

	if (pair->verdict == GATE_NO_CHANGE)
		return;
	add_change(&gate->series, &gate->nr_series, &change);
	worsen(&gate->verdict, pair->verdict);
}

/* Does a plain figure of the same cell and kernels say already what another one could? */
static bool settles(const struct gate_pair *plain, const struct gate_pair *other)
{
	return plain->plain && (plain->verdict == GATE_REGRESSION || !other->worse) &&
	       plain->old == other->old && plain->new == other->new &&
	       !strcmp(plain->row->metric->workload, other->row->metric->workload) &&
	       !strcmp(plain->row->cell_params, other->row->cell_params);
}

/* How often a figure is looked at that could not change what the patch is. */
#define SETTLED_BOOTS 2

static void settle(struct gate_pair *pair, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct compare_side *side = pair[i].row->side;
		bool settled = false;

		for (size_t j = 0; j < nr && !settled && (pair[i].more_old || pair[i].more_new); j++)
			settled = settles(&pair[j], &pair[i]);
		if (!settled)
			continue;
		pair[i].more_old = side[pair[i].old].nr < SETTLED_BOOTS;
		pair[i].more_new = side[pair[i].new].nr < SETTLED_BOOTS;
	}
}

static void judge_figures(struct gate *gate, const struct gate_rules *rules)
{
	bool exact = gate->compare->content->run.exact;
	struct gate_pair *pair;
	size_t nr;

	pair = gate_pairs(gate, &nr);
	gate_judge_pairs(pair, nr, exact, rules);
	if (exact && !rules->all)
		settle(pair, nr);
	for (size_t i = 0; i < nr; i++) {
		if (pair[i].new == pair[i].old + 1)
			take_step(gate, &pair[i]);
		if (pair[i].more_old)
			add_want(gate, pair[i].old, pair[i].row);
		if (pair[i].more_new)
			add_want(gate, pair[i].new, pair[i].row);
	}
	for (size_t i = 0; i < nr; i++)
		if (pair[i].old == 0 && pair[i].new == gate->last)
			take_series(gate, &pair[i]);
	free(pair);
}

const struct calibration_row *gate_seen(const struct gate *gate, const struct compare_row *row)
{
	if (!gate->seen)
		return NULL;
	return calibration_find(gate->seen, row->metric->workload, row->metric->name, row->params);
}

/* --- checks --- */

static size_t side_of(const struct compare *compare, const char *variant)
{
	for (size_t i = 0; i < compare->variant.nr; i++)
		if (!strcmp(compare->variant.item[i], variant))
			return i;
	return 0;
}

static bool went_wrong(enum verdict verdict)
{
	return verdict == VERDICT_FAIL || verdict == VERDICT_BROKEN;
}

/* Did the same check go wrong with the kernel before as well? Then it is none of this patch's. */
static bool was_wrong(const struct compare *compare, const struct compare_judged *list, size_t nr,
		      const struct compare_judged *now)
{
	size_t before = side_of(compare, now->cell->variant) - 1;

	for (size_t i = 0; i < nr; i++)
		if (side_of(compare, list[i].cell->variant) == before &&
		    !strcmp(list[i].check, now->check) && !strcmp(list[i].params, now->params) &&
		    !strcmp(list[i].cell->workload, now->cell->workload) &&
		    went_wrong(list[i].verdict))
			return true;
	return false;
}

/* A cell that repeats the verdict of one of its checks says nothing new. */
static bool has_failed_check(const struct compare_judged *list, size_t nr, size_t at)
{
	for (size_t i = at + 1; i < nr && list[i].cell == list[at].cell; i++)
		if (list[i].verdict == list[at].verdict)
			return true;
	return false;
}

static bool anything_passed(const struct compare *compare, size_t side)
{
	for (size_t i = 0; i < compare->content->nr_cells; i++) {
		const struct store_cell *cell = &compare->content->cell[i];

		if (side_of(compare, cell->variant) == side && !strcmp(cell->status, "finished") &&
		    cell->verdict == VERDICT_PASS)
			return true;
	}
	return false;
}

static void add_failure(struct gate *gate, size_t step, const struct compare_judged *judged)
{
	bool whole = !strcmp(judged->check, "cell");

	gate->failure = mem_grow(gate->failure, gate->nr_failures + 1, sizeof(*gate->failure));
	gate->failure[gate->nr_failures++] = (struct gate_failure){
		.step = step,
		.what = str_printf("%s%s%s%s%s", judged->cell->workload, whole ? "" : " ",
				   whole ? "" : judged->check, *judged->params ? ", " : "",
				   judged->params),
		.verdict = judged->verdict,
		/* Freed with the list otherwise. */
		.reason = judged->reason,
	};
	gate->step[step].failures++;
	/* A kernel with which nothing goes any more is no fault of the test bed. */
	worsen(&gate->step[step].verdict, judged->verdict == VERDICT_FAIL ||
	       !anything_passed(gate->compare, step + 1) ? GATE_FAILED : GATE_BROKEN);
}

static void judge_checks(struct gate *gate)
{
	struct compare_judged *list;
	size_t nr;

	list = compare_judged(gate->compare->content, &nr);
	for (size_t i = 0; i < nr; i++) {
		size_t side = side_of(gate->compare, list[i].cell->variant);

		if (!side || gate->step[side - 1].patch->why_not || !went_wrong(list[i].verdict))
			continue;
		if (!strcmp(list[i].check, "cell") && has_failed_check(list, nr, i))
			continue;
		if (!was_wrong(gate->compare, list, nr, &list[i]))
			add_failure(gate, side - 1, &list[i]);
	}
	compare_judged_free(list, nr);
}

/* --- whether it has run --- */

static bool is_of_variant(const struct compare *compare, int64_t cell, size_t side)
{
	const struct store_content *content = compare->content;

	for (size_t i = 0; i < content->nr_cells; i++)
		if (content->cell[i].id == cell)
			return side_of(compare, content->cell[i].variant) == side;
	return false;
}

static bool all_init(const struct function_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!list->item[i].init)
			return false;
	return true;
}

static void count_calls(const struct gate *gate, size_t at, struct gate_step *step)
{
	const struct store_content *content = gate->compare->content;
	struct strv names = { 0 };

	for (size_t i = 0; i < content->nr_series; i++) {
		const struct store_series *series = &content->series[i];

		if (strcmp(series->name, FUNCTIONS_CALLS) ||
		    !is_of_variant(gate->compare, series->cell, at + 1))
			continue;
		for (size_t j = 0; j < series->nr; j++)
			step->calls += series->samples[j];
		if (!strv_has(&names, series->labels))
			strv_add(&names, "%s", series->labels);
	}
	step->reached = names.nr;
	strv_free(&names);
}

static void judge_exercise(struct gate *gate, size_t at)
{
	struct gate_step *step = &gate->step[at];

	if (step->patch->same_kernel) {
		step->exercise = GATE_SAME_KERNEL;
		return;
	}
	if (!step->patch->changed || !anything_passed(gate->compare, at + 1)) {
		step->exercise = GATE_NOT_KNOWN;
		return;
	}
	count_calls(gate, at, step);
	if (!step->patch->changed->nr)
		step->exercise = GATE_SAME_CODE;
	else if (step->reached)
		step->exercise = GATE_RAN;
	else
		step->exercise = all_init(step->patch->changed) ? GATE_BOOTED : GATE_NOT_RUN;
	if (step->exercise == GATE_NOT_RUN)
		worsen(&step->verdict, GATE_INCONCLUSIVE);
}

static size_t count_untouched(const struct gate *gate, size_t side)
{
	const struct store_content *content = gate->compare->content;
	size_t nr = 0;

	for (size_t i = 0; i < content->nr_checks; i++)
		nr += !strcmp(content->check[i].name, REUSE_UNTOUCHED) &&
		      is_of_variant(gate->compare, content->check[i].cell, side);
	return nr;
}

/* --- all of it --- */

/* A figure that a later patch made good again is the patch's matter and not the series'. */
static enum gate_verdict weight_in_series(const struct gate_step *step)
{
	if (step->verdict == GATE_REGRESSION || step->verdict == GATE_IMPROVEMENT)
		return step->exercise == GATE_NOT_RUN ? GATE_INCONCLUSIVE : GATE_NO_CHANGE;
	return step->verdict;
}

void gate_judge(const struct compare *compare, const struct gate_patch *patch, size_t nr_patches,
		const struct gate_rules *rules, struct gate *ret_gate)
{
	struct gate gate = { .compare = compare, .nr_steps = nr_patches };

	gate.step = mem_grow(NULL, nr_patches, sizeof(*gate.step));
	for (size_t i = 0; i < nr_patches; i++) {
		gate.step[i] = (struct gate_step){ .patch = &patch[i] };
		if (patch[i].why_not) {
			gate.step[i].verdict = GATE_NO_KERNEL;
			continue;
		}
		gate.last = i + 1;
	}
	judge_figures(&gate, rules);
	judge_checks(&gate);
	for (size_t i = 0; i < nr_patches; i++)
		if (!patch[i].why_not) {
			judge_exercise(&gate, i);
			gate.step[i].untouched = count_untouched(&gate, i + 1);
		}
	for (size_t i = 0; i < nr_patches; i++)
		worsen(&gate.verdict, weight_in_series(&gate.step[i]));
	*ret_gate = gate;
}

void gate_free(struct gate *gate)
{
	for (size_t i = 0; i < gate->nr_failures; i++)
		free(gate->failure[i].what);
	free(gate->failure);
	free(gate->change);
	free(gate->series);
	free(gate->want);
	free(gate->step);
	*gate = (struct gate){ 0 };
}

enum exit_code gate_exit_code(const struct gate *gate)
{
	switch (gate->verdict) {
	case GATE_NO_CHANGE:
	case GATE_IMPROVEMENT:
		return EXIT_OK;
	case GATE_REGRESSION:
	case GATE_FAILED:
		return EXIT_FAILED;
	case GATE_BROKEN:
		return EXIT_BROKEN;
	case GATE_NO_KERNEL:
		return EXIT_CANNOT_JUDGE;
	default:
		return EXIT_INCONCLUSIVE;
	}
}
