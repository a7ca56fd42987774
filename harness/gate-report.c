// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A gate's judgement as others want it: as a mail to a list, as KTAP, and as JUnit's XML
 * for servers that draw test results.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "gate.h"
#include "junit-text.h"
#include "ktap-text.h"
#include "mail-text.h"

/* --- what all of them say --- */

static bool passes(const struct gate_step *step)
{
	return step->verdict == GATE_NO_CHANGE || step->verdict == GATE_IMPROVEMENT;
}

static char *change_text(const struct gate *gate, const struct gate_change *change)
{
	const struct compare_row *row = change->row;
	bool exact = gate->compare->content->run.exact;
	char before[FIGURE_TEXT], after[FIGURE_TEXT], by[FIGURE_TEXT];

	return str_printf("%s %s %s: %s -> %s %s, %s", row->metric->workload, row->metric->name,
			  row->params,
			  compare_figure_text(before, row->metric->unit,
					      row->side[change->old].median),
			  compare_figure_text(after, row->metric->unit,
					      row->side[change->new].median),
			  metric_unit_name(row->metric->unit, exact),
			  compare_change_text(by, change->ratio, exact));
}

static bool is_worse_here(const struct gate *gate, size_t change, size_t step)
{
	return gate->change[change].new == step + 1 &&
	       gate->change[change].verdict == GATE_REGRESSION;
}

/* What failed with a patch, a line each. */
static char *failures_text(const struct gate *gate, size_t step)
{
	struct strv lines = { 0 };
	char *text;

	for (size_t i = 0; i < gate->nr_failures; i++)
		if (gate->failure[i].step == step)
			strv_add(&lines, "%s: %s", gate->failure[i].what, gate->failure[i].reason);
	text = strv_join(&lines, "\n");
	strv_free(&lines);
	return text;
}

/* What it made worse, a line each. */
static char *regressions_text(const struct gate *gate, size_t step)
{
	struct strv lines = { 0 };
	char *text;

	for (size_t i = 0; i < gate->nr_changes; i++) {
		if (!is_worse_here(gate, i, step))
			continue;
		text = change_text(gate, &gate->change[i]);
		strv_add(&lines, "%s", text);
		free(text);
	}
	text = strv_join(&lines, "\n");
	strv_free(&lines);
	return text;
}

/**
 * enum part - what is asked of a patch
 * @BUILDS: without a kernel there are no others
 */
enum part { BUILDS, CHECKS, FIGURES, EXERCISED, PARTS };

static const char *const part_name[PARTS] = { "builds", "checks", "figures", "exercised" };

/**
 * struct answer - how a patch does in a part
 * @failed: it does not pass
 * @skipped: it could not be looked at
 * @detail: a line each; NULL for nothing. Freed by the caller
 */
struct answer {
	bool failed;
	bool skipped;
	char *detail;
};

static struct answer answer_of(const struct gate *gate, size_t at, enum part part)
{
	const struct gate_step *step = &gate->step[at];

	switch (part) {
	case BUILDS:
		return (struct answer){ .failed = step->patch->why_not,
			.detail = step->patch->why_not ? str_dup(step->patch->why_not) : NULL };
	case CHECKS:
		return (struct answer){ .failed = step->failures,
					.detail = failures_text(gate, at) };
	case FIGURES:
		return (struct answer){ .failed = gate->step[at].regressions,
					.detail = regressions_text(gate, at) };
	default:
		return (struct answer){
			.failed = step->exercise == GATE_NOT_RUN,
			.skipped = step->exercise == GATE_NOT_KNOWN,
			.detail = str_dup(step->exercise == GATE_NOT_RUN ?
					  "no workload runs what the patch changes" : ""),
		};
	}
}

static size_t parts_of(const struct gate_step *step)
{
	return step->patch->why_not ? 1 : PARTS;
}

/* --- KTAP --- */

static void ktap_step(const struct gate *gate, size_t at, FILE *out)
{
	size_t parts = parts_of(&gate->step[at]);

	ktap_text_plan(1, parts, out);
	for (size_t part = 0; part < parts; part++) {
		struct answer answer = answer_of(gate, at, part);

		if (answer.failed)
			ktap_text_note(1, answer.detail, out);
		ktap_text_line(1, answer.failed ? KTAP_TEXT_NOT_OK : answer.skipped ? KTAP_TEXT_SKIP : KTAP_TEXT_OK,
			    part + 1, part_name[part], "not known", out);
		free(answer.detail);
	}
}

void gate_print_ktap(const struct gate *gate, FILE *out)
{
	ktap_text_plan(0, gate->nr_steps, out);
	for (size_t i = 0; i < gate->nr_steps; i++) {
		ktap_step(gate, i, out);
		ktap_text_line(0, passes(&gate->step[i]) ? KTAP_TEXT_OK : KTAP_TEXT_NOT_OK, i + 1,
			    gate->step[i].patch->subject, NULL, out);
	}
}

/* --- JUnit --- */

static enum junit_result junit_of(const struct answer *answer)
{
	if (answer->failed)
		return JUNIT_FAILED;
	return answer->skipped ? JUNIT_SKIPPED : JUNIT_PASSED;
}

static void junit_count(const struct gate *gate, size_t at, struct junit_count *count)
{
	for (size_t part = 0; part < parts_of(&gate->step[at]); part++) {
		struct answer answer = answer_of(gate, at, part);

		count->of[junit_of(&answer)]++;
		free(answer.detail);
	}
}

/* One failure a testcase is what the common schema allows: its first line, and then all. */
static void junit_part(const struct gate *gate, size_t at, enum part part, FILE *out)
{
	struct answer answer = answer_of(gate, at, part);
	char *first = str_printf("%.*s", (int)strcspn(answer.detail ? answer.detail : "", "\n"),
				 answer.detail ? answer.detail : "");

	junit_case(&(struct junit_case){
		.class = gate->step[at].patch->subject, .name = part_name[part],
		.result = junit_of(&answer),
		.message = answer.skipped ? "not known" : first,
		.detail = answer.detail,
		.seconds = part == BUILDS ? gate->step[at].patch->seconds : -1,
	}, out);
	free(first);
	free(answer.detail);
}

static void junit_step(const struct gate *gate, size_t at, FILE *out)
{
	const struct gate_patch *patch = gate->step[at].patch;
	struct junit_count count = { { 0 } };

	junit_count(gate, at, &count);
	junit_suite_begin(patch->subject, &count, patch->seconds, 0, out);
	for (size_t part = 0; part < parts_of(&gate->step[at]); part++)
		junit_part(gate, at, part, out);
	junit_suite_end(out);
}

void gate_print_junit(const struct gate *gate, FILE *out)
{
	struct junit_count count = { { 0 } };

	for (size_t i = 0; i < gate->nr_steps; i++)
		junit_count(gate, i, &count);
	junit_begin("pagemeta gate", &count, out);
	for (size_t i = 0; i < gate->nr_steps; i++)
		junit_step(gate, i, out);
	junit_end(out);
}

/* --- mail --- */

static void mail_headline(const struct gate *gate, FILE *out)
{
	const struct gate_step *step = NULL;
	size_t at = 0;
	char *text;

	for (size_t i = 0; i < gate->nr_steps && !step; i++)
		if (gate->step[i].verdict == gate->verdict && gate->verdict > GATE_IMPROVEMENT) {
			step = &gate->step[i];
			at = i + 1;
		}
	if (step)
		text = str_printf("pagemeta: %s in %zu/%zu \"%s\"", gate_verdict_name(gate->verdict),
				  at, gate->nr_steps, step->patch->subject);
	else
		text = str_printf("pagemeta: %s, %zu patch%s", gate_verdict_name(gate->verdict),
				  gate->nr_steps, gate->nr_steps == 1 ? "" : "es");
	mail_subject(text, out);
	free(text);
}

/* In order of workloads, so that figures of one stand together. */
static void mail_changes(const struct gate *gate, enum gate_verdict verdict, const char *heading,
			 FILE *out)
{
	struct mail_figure *list = mem_grow(NULL, gate->nr_series + 1, sizeof(*list));
	size_t nr = 0;

	for (size_t i = 0; i < gate->nr_series; i++) {
		const struct gate_change *change = &gate->series[i];

		if (change->verdict == verdict)
			list[nr++] = (struct mail_figure){ .row = change->row, .old = change->old,
							   .new = change->new,
							   .ratio = change->ratio };
	}
	mail_figures(heading, list, nr, gate->compare->content->run.exact, out);
	free(list);
}

static void mail_steps(const struct gate *gate, FILE *out)
{
	for (size_t i = 0; i < gate->nr_steps; i++) {
		const struct gate_step *step = &gate->step[i];
		char *head = str_printf("%zu/%zu  %s", i + 1, gate->nr_steps, step->patch->subject);
		char *text = step->patch->why_not ? str_dup(step->patch->why_not) :
			     str_printf("%s: %zu figures worse, %zu better, %zu checks failed",
					gate_verdict_name(step->verdict), step->regressions,
					step->improvements, step->failures);

		mail_paragraph(head, 0, out);
		mail_paragraph(text, 5, out);
		free(head);
		free(text);
	}
	fputc('\n', out);
}

static void mail_failures(const struct gate *gate, FILE *out)
{
	if (!gate->nr_failures)
		return;
	fputs("Passed before, and do not now:\n\n", out);
	for (size_t i = 0; i < gate->nr_failures; i++) {
		const struct gate_failure *failure = &gate->failure[i];
		char *head = str_printf("%zu/%zu: %s", failure->step + 1, gate->nr_steps,
					failure->what);

		mail_paragraph(head, 0, out);
		mail_paragraph(failure->reason, 5, out);
		free(head);
	}
	fputc('\n', out);
}

void gate_print_mail(const struct gate *gate, FILE *out)
{
	const struct store_content *content = gate->compare->content;

	mail_headline(gate, out);
	mail_steps(gate, out);
	mail_failures(gate, out);
	mail_changes(gate, GATE_REGRESSION, "The series makes worse:", out);
	mail_changes(gate, GATE_IMPROVEMENT, "The series makes better:", out);
	if (content->run.exact)
		fputs("Figures are instructions of an emulated guest (icount): the same on every\n"
		      "machine. Spread is what they vary when the timer ticks elsewhere.\n\n", out);
	mail_reproduce(content, out);
}
