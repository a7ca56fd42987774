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
#include "text-table.h"

#define MAIL_WIDTH 75
#define MAIL_LINES 12

/* --- what all of them say --- */

/* Which of the series' figures a patch is the first to make worse. */
static size_t worse_here(const struct gate *gate, size_t step)
{
	return gate->step[step].regressions;
}

static bool passes(const struct gate_step *step)
{
	return step->verdict == GATE_NO_CHANGE || step->verdict == GATE_IMPROVEMENT;
}

static void put_change(char *buf, size_t size, const struct gate *gate,
		       const struct gate_change *change)
{
	const struct compare_row *row = change->row;
	bool exact = gate->compare->content->run.exact;
	char before[FIGURE_TEXT], after[FIGURE_TEXT], by[FIGURE_TEXT];

	snprintf(buf, size, "%s %s %s: %s -> %s %s, %s", row->metric->workload, row->metric->name,
		 row->params, compare_figure_text(before, row->metric->unit,
						  row->side[change->old].median),
		 compare_figure_text(after, row->metric->unit, row->side[change->new].median),
		 metric_unit_name(row->metric->unit, exact),
		 compare_change_text(by, change->ratio, exact));
}

/* --- KTAP --- */

static void ktap_step(const struct gate *gate, size_t at, FILE *out)
{
	const struct gate_step *step = &gate->step[at];
	bool built = !step->patch->why_not;
	char text[512];

	fprintf(out, "    KTAP version 1\n    1..%d\n", built ? 4 : 1);
	fprintf(out, "    %s 1 builds\n", built ? "ok" : "not ok");
	if (!built) {
		fprintf(out, "    # %s\n", step->patch->why_not);
		return;
	}
	for (size_t i = 0; i < gate->nr_failures; i++)
		if (gate->failure[i].step == at)
			fprintf(out, "    # %s: %s\n", gate->failure[i].what, gate->failure[i].reason);
	fprintf(out, "    %s 2 checks\n", step->failures ? "not ok" : "ok");
	for (size_t i = 0; i < gate->nr_changes; i++) {
		if (gate->change[i].new != at + 1 || gate->change[i].verdict != GATE_REGRESSION)
			continue;
		put_change(text, sizeof(text), gate, &gate->change[i]);
		fprintf(out, "    # %s\n", text);
	}
	fprintf(out, "    %s 3 figures\n", worse_here(gate, at) ? "not ok" : "ok");
	fprintf(out, "    %s 4 exercised%s\n", step->exercise == GATE_NOT_RUN ? "not ok" : "ok",
		step->exercise == GATE_NOT_KNOWN ? " # SKIP not known" : "");
}

void gate_print_ktap(const struct gate *gate, FILE *out)
{
	fprintf(out, "KTAP version 1\n1..%zu\n", gate->nr_steps);
	for (size_t i = 0; i < gate->nr_steps; i++) {
		ktap_step(gate, i, out);
		fprintf(out, "%s %zu %s\n", passes(&gate->step[i]) ? "ok" : "not ok", i + 1,
			gate->step[i].patch->subject);
	}
}

/* --- JUnit --- */

/* Text of a kernel or a mail may hold anything; XML 1.0 forbids most control characters. */
static void put_xml(const char *text, FILE *out)
{
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '&')
			fputs("&amp;", out);
		else if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f))
			fputc(c, out);
		else
			fputc('?', out);
	}
}

static void open_case(const struct gate_step *step, const char *name, FILE *out)
{
	fputs("    <testcase classname=\"", out);
	put_xml(step->patch->subject, out);
	fprintf(out, "\" name=\"%s\"", name);
}

static void put_failure(const char *message, FILE *out)
{
	fputs("      <failure message=\"", out);
	put_xml(message, out);
	fputs("\"/>\n", out);
}

static void junit_checks(const struct gate *gate, size_t at, FILE *out)
{
	const struct gate_step *step = &gate->step[at];
	const char *message = "";

	open_case(step, "checks", out);
	fputs(step->failures ? ">\n" : "/>\n", out);
	if (!step->failures)
		return;
	for (size_t i = 0; i < gate->nr_failures && !*message; i++)
		if (gate->failure[i].step == at)
			message = gate->failure[i].what;
	put_failure(message, out);
	fputs("    </testcase>\n", out);
}

static void junit_figures(const struct gate *gate, size_t at, FILE *out)
{
	const struct gate_step *step = &gate->step[at];
	char text[512];

	open_case(step, "figures", out);
	fputs(step->regressions ? ">\n" : "/>\n", out);
	if (!step->regressions)
		return;
	/* One a testcase is what the common schema allows: the largest. */
	for (size_t i = 0, told = 0; i < gate->nr_changes && !told; i++) {
		const struct gate_change *change = &gate->change[i];

		if (change->new != at + 1 || change->verdict != GATE_REGRESSION)
			continue;
		put_change(text, sizeof(text), gate, change);
		put_failure(text, out);
		told++;
	}
	fputs("    </testcase>\n", out);
}

static void junit_exercise(const struct gate_step *step, FILE *out)
{
	open_case(step, "exercised", out);
	if (step->exercise == GATE_NOT_KNOWN)
		fputs("><skipped/></testcase>\n", out);
	else if (step->exercise == GATE_NOT_RUN)
		fputs("><failure message=\"no workload runs what the patch changes\"/></testcase>\n",
		      out);
	else
		fputs("/>\n", out);
}

static unsigned int junit_failures(const struct gate_step *step)
{
	if (step->patch->why_not)
		return 1;
	return !!step->failures + !!step->regressions + (step->exercise == GATE_NOT_RUN);
}

static void junit_step(const struct gate *gate, size_t at, FILE *out)
{
	const struct gate_step *step = &gate->step[at];

	fputs("  <testsuite name=\"", out);
	put_xml(step->patch->subject, out);
	fprintf(out, "\" tests=\"%d\" failures=\"%u\" errors=\"0\" skipped=\"%d\" time=\"%.1f\">\n",
		step->patch->why_not ? 1 : 4, junit_failures(step),
		!step->patch->why_not && step->exercise == GATE_NOT_KNOWN, step->patch->seconds);
	open_case(step, "builds", out);
	fputs(step->patch->why_not ? ">\n" : "/>\n", out);
	if (step->patch->why_not) {
		put_failure(step->patch->why_not, out);
		fputs("    </testcase>\n", out);
	} else {
		junit_checks(gate, at, out);
		junit_figures(gate, at, out);
		junit_exercise(step, out);
	}
	fputs("  </testsuite>\n", out);
}

void gate_print_junit(const struct gate *gate, FILE *out)
{
	unsigned int tests = 0, failures = 0;

	for (size_t i = 0; i < gate->nr_steps; i++) {
		tests += gate->step[i].patch->why_not ? 1 : 4;
		failures += junit_failures(&gate->step[i]);
	}
	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"pagemeta gate\" tests=\"%u\" failures=\"%u\" errors=\"0\">\n",
		tests, failures);
	for (size_t i = 0; i < gate->nr_steps; i++)
		junit_step(gate, i, out);
	fputs("</testsuites>\n", out);
}

/* --- mail --- */

static void mail_headline(const struct gate *gate, FILE *out)
{
	const struct gate_step *step = NULL;
	size_t at = 0;

	for (size_t i = 0; i < gate->nr_steps && !step; i++)
		if (gate->step[i].verdict == gate->verdict && gate->verdict > GATE_IMPROVEMENT) {
			step = &gate->step[i];
			at = i + 1;
		}
	fprintf(out, "Subject: pagemeta: %s", gate_verdict_name(gate->verdict));
	if (step)
		fprintf(out, " in %zu/%zu \"%s\"", at, gate->nr_steps, step->patch->subject);
	else
		fprintf(out, ", %zu patch%s", gate->nr_steps, gate->nr_steps == 1 ? "" : "es");
	fputs("\n\n", out);
}

/* Largest first would need a sort of its own; the order of workloads reads as well. */
static void mail_changes(const struct gate *gate, enum gate_verdict verdict, const char *heading,
			 FILE *out)
{
	struct table *table = table_new("lrrrr");
	bool exact = gate->compare->content->run.exact;
	char text[FIGURE_TEXT];
	size_t nr = 0;

	for (size_t i = 0; i < gate->nr_series; i++) {
		const struct gate_change *change = &gate->series[i];
		const struct compare_row *row = change->row;
		double spread = row->side[change->old].spread;

		if (change->verdict != verdict || ++nr > MAIL_LINES)
			continue;
		if (nr == 1) {
			table_cell(table, NULL, "metric (%s)", exact ? "instructions" : "ns, bytes");
			table_cell(table, NULL, "before");
			table_cell(table, NULL, "after");
			table_cell(table, NULL, "change");
			table_cell(table, NULL, "spread");
		}
		table_line(table, "%s %s", row->metric->workload, row->params);
		table_cell(table, NULL, "  %s", row->metric->name);
		table_cell(table, NULL, "%s", compare_figure_text(text, row->metric->unit,
								  row->side[change->old].median));
		table_cell(table, NULL, "%s", compare_figure_text(text, row->metric->unit,
								  row->side[change->new].median));
		table_cell(table, NULL, "%s", compare_change_text(text, change->ratio, exact));
		if (row->side[change->new].spread > spread)
			spread = row->side[change->new].spread;
		table_cell(table, NULL, "%.2f %%", 100 * spread);
	}
	if (nr) {
		fprintf(out, "%s\n\n", heading);
		table_print(table, 0, out);
		if (nr > MAIL_LINES)
			fprintf(out, "and %zu more\n", nr - MAIL_LINES);
		fputc('\n', out);
	}
	table_free(table);
}

static void mail_steps(const struct gate *gate, FILE *out)
{
	struct table *table = table_new("ll");

	for (size_t i = 0; i < gate->nr_steps; i++) {
		const struct gate_step *step = &gate->step[i];

		table_cell(table, NULL, "%zu/%zu", i + 1, gate->nr_steps);
		table_cell(table, NULL, "%.60s", step->patch->subject);
		if (step->patch->why_not)
			table_wrapped(table, 5, MAIL_WIDTH, step->patch->why_not);
		else
			table_line(table, "     %s: %zu figures worse, %zu better, %zu checks failed",
				   gate_verdict_name(step->verdict), step->regressions,
				   step->improvements, step->failures);
	}
	table_print(table, 0, out);
	table_free(table);
}

static void mail_failures(const struct gate *gate, FILE *out)
{
	struct table *table = table_new("l");

	for (size_t i = 0; i < gate->nr_failures; i++) {
		table_cell(table, NULL, "%zu/%zu: %s", gate->failure[i].step + 1, gate->nr_steps,
			   gate->failure[i].what);
		table_wrapped(table, 5, MAIL_WIDTH, gate->failure[i].reason);
	}
	if (gate->nr_failures)
		fputs("Passed before, and do not now:\n\n", out);
	table_print(table, 0, out);
	if (gate->nr_failures)
		fputc('\n', out);
	table_free(table);
}

void gate_print_mail(const struct gate *gate, FILE *out)
{
	const struct store_content *content = gate->compare->content;

	mail_headline(gate, out);
	mail_steps(gate, out);
	fputc('\n', out);
	mail_failures(gate, out);
	mail_changes(gate, GATE_REGRESSION, "The series makes worse:", out);
	mail_changes(gate, GATE_IMPROVEMENT, "The series makes better:", out);
	if (content->run.exact)
		fputs("Figures are instructions of an emulated guest (icount): the same on every\n"
		      "machine. Spread is what they vary when the timer ticks elsewhere.\n\n", out);
	fprintf(out, "To reproduce, with %s:\n\n  run-suite %s\n", content->run.qemu_version,
		content->run.argv);
	for (size_t i = 0; i < content->nr_kernels && i < 1; i++)
		fprintf(out, "\nBase: %s, linux %s\n", content->kernel[i].variant,
			content->kernel[i].source_version);
}
