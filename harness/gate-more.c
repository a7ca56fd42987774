// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks at what has been measured and plans the boots that would decide most.
 */
#include <stdlib.h>
#include <string.h>

#include "gate-more.h"

struct judge_rules gate_more_rules(unsigned int budget_s)
{
	return (struct judge_rules){
		.alpha = 0.05, .adjust = JUDGE_HOLM, .look = 1,
		.looks = budget_s ? TRIALS_LOOKS_DEFAULT : 1,
	};
}

/** struct look - a run as it is now */
struct look {
	struct store_content content;
	struct compare compare;
	struct gate gate;
};

static void look_end(struct look *look)
{
	gate_free(&look->gate);
	compare_free(&look->compare);
	store_content_free(&look->content);
}

static int look_at(const struct gate_more *more, struct session *session, struct look *ret_look,
		   struct err *err)
{
	const struct gate_rules rules = { .judge = more->judge, .all = more->all };
	int error;

	*ret_look = (struct look){ 0 };
	error = store_load(session->store, &ret_look->content, err);
	if (!error)
		error = compare_make(&ret_look->content, &ret_look->compare, err);
	if (!error)
		gate_judge(&ret_look->compare, more->patch, more->nr_patches, &rules, &ret_look->gate);
	return error;
}

/* Place in the plan of the cell that a row came from; -1 when it is not there. */
static ssize_t cell_of(const struct plan *plan, const struct compare_row *row)
{
	for (size_t i = 0; i < plan->nr_cells; i++)
		if (!strcmp(plan->cell[i].workload->name, row->metric->workload) &&
		    !strcmp(plan->cell[i].params, row->cell_params))
			return i;
	return -1;
}

/* Several figures of one cell want the same boot. */
static bool wanted_before(const struct gate *gate, size_t at)
{
	const struct gate_want *want = &gate->want[at];

	for (size_t i = 0; i < at; i++)
		if (gate->want[i].side == want->side &&
		    !strcmp(gate->want[i].row->cell_params, want->row->cell_params) &&
		    !strcmp(gate->want[i].row->metric->workload, want->row->metric->workload))
			return true;
	return false;
}

static bool same_cell(const struct plan_cell *a, const struct plan_cell *b)
{
	return a->workload == b->workload && !strcmp(a->params, b->params);
}

/** struct boot - one that is wanted: of which kernel, which cell, and how long it took so far */
struct boot {
	size_t side;
	size_t cell;
	uint64_t wall_ns;
};

/* Of any kernel; what was taken from an earlier run took no time. */
static uint64_t longest(const struct plan *plan, const struct store_content *content, size_t cell)
{
	uint64_t wall_ns = 0;

	for (size_t i = 0; i < plan->nr_cells && i < content->nr_cells; i++)
		if (same_cell(&plan->cell[i], &plan->cell[cell]) &&
		    content->cell[i].wall_ns > wall_ns)
			wall_ns = content->cell[i].wall_ns;
	return wall_ns;
}

static int longer_first(const void *a, const void *b)
{
	const struct boot *x = a, *y = b;

	if (x->wall_ns != y->wall_ns)
		return x->wall_ns < y->wall_ns ? 1 : -1;
	return x->cell != y->cell ? (x->cell > y->cell) - (x->cell < y->cell) :
	       (x->side > y->side) - (x->side < y->side);
}

/* Long ones first, or the last of them would keep one core busy while the others wait. */
static int add_wanted(struct session *session, const struct look *look)
{
	const struct gate *gate = &look->gate;
	struct boot *boot = mem_grow(NULL, gate->nr_wants + 1, sizeof(*boot));
	size_t nr = 0;

	for (size_t i = 0; i < gate->nr_wants; i++) {
		ssize_t cell = cell_of(&session->plan, gate->want[i].row);

		if (cell < 0 || wanted_before(gate, i))
			continue;
		boot[nr++] = (struct boot){
			.side = gate->want[i].side, .cell = cell,
			.wall_ns = longest(&session->plan, &look->content, cell),
		};
	}
	qsort(boot, nr, sizeof(*boot), longer_first);
	for (size_t i = 0; i < nr; i++)
		plan_again(&session->plan, boot[i].side, boot[i].cell);
	free(boot);
	return (int)nr;
}

static size_t boots_of(const struct plan *plan, size_t side, size_t cell)
{
	size_t nr = 0;

	for (size_t i = 0; i < plan->nr_cells; i++)
		if (plan->cell[i].variant == side && plan->cell[i].trial &&
		    same_cell(&plan->cell[i], &plan->cell[cell]))
			nr++;
	return nr;
}

static bool last_is_known(const struct session *session)
{
	const struct plan_cell *cell = &session->plan.cell[session->plan.nr_cells - 1];
	const struct runner_variant *variant = &session->variant[cell->variant];
	char *job = runner_job_text(cell, variant->variant, session->engine,
				    session->request->perfctr);
	struct reuse_cell known;
	bool is = job && reuse_find(session->reuse, variant->image.image_hash, cell->params, job,
				    &known);

	free(job);
	return is;
}

/* Boots of an earlier run cost nothing, and may make others needless. */
static int add_known(struct session *session, const struct look *look)
{
	const struct gate *gate = &look->gate;
	struct plan *plan = &session->plan;
	int added = 0;

	for (size_t i = 0; i < gate->nr_wants; i++) {
		size_t side = gate->want[i].side;
		ssize_t cell = cell_of(plan, gate->want[i].row);

		if (cell < 0 || wanted_before(gate, i))
			continue;
		for (; boots_of(plan, side, cell) < GATE_PHASES; added++) {
			plan_again(plan, side, cell);
			if (last_is_known(session))
				continue;
			plan_drop_last(plan);
			break;
		}
	}
	return added;
}

static void say(const struct session *session, int boots, const char *which)
{
	if (boots > 0)
		progress_say(session->progress, "gate: %d %s%s for figures that are not decided",
			     boots, which, boots == 1 ? "" : "s");
}

/* --- engines whose figures vary --- */

/**
 * struct groups - cells of all kernels with the same workload and parameters
 * @trials: of each
 * @cell: one of them, in the plan
 * @nr: how many
 */
struct groups {
	struct trials_group *trials;
	size_t *cell;
	size_t nr;
};

static size_t group_of(const struct groups *groups, const struct plan *plan, size_t cell)
{
	for (size_t i = 0; i < groups->nr; i++)
		if (same_cell(&plan->cell[groups->cell[i]], &plan->cell[cell]))
			return i;
	return groups->nr;
}

/* Seconds of all kernels together; guests that are timed run one after the other. */
static void count_boots(struct groups *groups, const struct session *session,
			const struct store_content *content)
{
	const struct plan *plan = &session->plan;

	for (size_t i = 0; i < plan->nr_cells && i < content->nr_cells; i++) {
		size_t at = group_of(groups, plan, i);

		if (at == groups->nr) {
			groups->trials = mem_grow(groups->trials, at + 1, sizeof(*groups->trials));
			groups->cell = mem_grow(groups->cell, at + 1, sizeof(*groups->cell));
			groups->trials[at] = (struct trials_group){ 0 };
			groups->cell[at] = i;
			groups->nr++;
		}
		if (plan->cell[i].trial > groups->trials[at].boots)
			groups->trials[at].boots = plan->cell[i].trial;
		groups->trials[at].seconds += content->cell[i].wall_ns / 1e9;
	}
	for (size_t i = 0; i < groups->nr; i++)
		if (groups->trials[i].boots)
			groups->trials[i].seconds /= groups->trials[i].boots;
}

static struct judge_comparison *comparisons(const struct session *session, const struct look *look,
					    const struct groups *groups,
					    const struct judge_rules *rules, size_t *ret_nr)
{
	struct judge_comparison *list = NULL;
	struct gate_pair *pair;
	size_t nr;

	pair = gate_pairs(&look->gate, &nr);
	list = mem_grow(NULL, nr + 1, sizeof(*list));
	for (size_t i = 0; i < nr; i++) {
		ssize_t cell = cell_of(&session->plan, pair[i].row);

		list[i] = gate_comparison(&pair[i]);
		list[i].group = cell < 0 ? 0 : group_of(groups, &session->plan, cell);
	}
	judge(list, nr, rules);
	free(pair);
	*ret_nr = nr;
	return list;
}

/* A B B A: what drifts hits both sides alike. */
static int add_boots(struct session *session, const struct groups *groups)
{
	size_t kernels = session->plan.label.nr;
	int added = 0;

	for (size_t i = 0; i < groups->nr; i++)
		for (size_t boot = 0; boot < groups->trials[i].more; boot++)
			for (size_t k = 0; k < kernels; k++, added++)
				plan_again(&session->plan, boot % 2 ? kernels - 1 - k : k,
					   groups->cell[i]);
	return added;
}

static int more_of_varying(struct gate_more *more, struct session *session, const struct look *look)
{
	const struct trials_rules rules = TRIALS_RULES_DEFAULT;
	double left = more->budget_s - (clock_ns() - more->begun) / 1e9;
	struct judge_comparison *list;
	struct groups groups = { 0 };
	int added = 0;
	size_t nr;

	if (!more->budget_s || more->judge.look >= more->judge.looks)
		return 0;
	count_boots(&groups, session, &look->content);
	list = comparisons(session, look, &groups, &more->judge, &nr);
	if (trials_next(&rules, list, nr, &more->judge, groups.trials, groups.nr, left))
		added = add_boots(session, &groups);
	free(list);
	free(groups.trials);
	free(groups.cell);
	return added;
}

int gate_more(void *ctx, struct session *session, struct err *err)
{
	struct gate_more *more = ctx;
	struct look look;
	int added;

	added = look_at(more, session, &look, err);
	if (!added && look.content.run.exact) {
		added = add_known(session, &look);
		say(session, added, "known boot");
	}
	if (!added) {
		added = look.content.run.exact ? add_wanted(session, &look) :
						 more_of_varying(more, session, &look);
		say(session, added, "more boot");
	}
	look_end(&look);
	return added;
}
