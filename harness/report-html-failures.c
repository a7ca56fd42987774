// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What did not pass and why, with what the kernels said.
 */
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "report-html.h"
#include "stack-run.h"

#define TRACES_SHOWN 2	/* of a console */
#define CONSOLES_DECODED 3	/* looking functions up takes up to some seconds each */

/**
 * struct trouble - the same trouble in one or more cells of a variant
 * @first: where it stands first
 * @more: how often more
 */
struct trouble {
	const struct compare_judged *first;
	size_t more;
};

struct troubles {
	struct trouble *item;
	size_t nr;
};

/* The graver first, otherwise as planned. */
static void collect(const struct compare_judged *list, size_t nr, struct troubles *ret_troubles)
{
	static const enum verdict order[] = {
		VERDICT_FAIL, VERDICT_BROKEN, VERDICT_INCONCLUSIVE, VERDICT_UNSUPPORTED
	};
	struct trouble *item = NULL;
	size_t found = 0, more;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		for (size_t j = 0; j < nr; j++) {
			if (list[j].verdict != order[i] || !compare_is_told(list, nr, j, &more))
				continue;
			item = mem_grow(item, found + 1, sizeof(*item));
			item[found++] = (struct trouble){ &list[j], more };
		}
	*ret_troubles = (struct troubles){ item, found };
}

static void put_trouble(const struct report_writer *writer, const struct trouble *trouble)
{
	const struct compare_judged *judged = trouble->first;
	FILE *out = writer->out;
	char *params;

	fputs("<tr>", out);
	fprintf(out, "<th scope=\"row\" class=\"%s\">", judged->verdict == VERDICT_FAIL ? "worse" :
		"mixed");
	html_text(out, verdict_name(judged->verdict));
	fputs("</th>", out);
	html_cell(out, 'l', "%s", judged->cell->variant);
	html_cell(out, 'l', "%s", judged->cell->workload);
	html_cell(out, 'l', "%s", strcmp(judged->check, "cell") ? judged->check : "the cell itself");
	params = report_params_text(judged->params);
	if (trouble->more)
		html_cell(out, 'l', "%s and %zu more", params, trouble->more);
	else
		html_cell(out, 'l', "%s", params);
	free(params);
	fputs("<td class=\"reason\">", out);
	html_text(out, judged->reason);
	fputs("</td>", out);
	html_cell(out, 'r', "%lld", (long long)judged->cell->id);
	fputs("</tr>\n", out);
}

static void put_table(const struct report_writer *writer, const struct troubles *troubles)
{
	static const char *const head[] = {
		"verdict", "design", "workload", "check", "parameters", "reason"
	};
	const char *id = writer->page->compare->content->run.id;
	size_t shown = troubles->nr < REPORT_ROWS ? troubles->nr : REPORT_ROWS;
	char *command = str_printf("run-suite compare %s", id);

	html_table_begin(writer->out, "What did not pass; the same trouble in several cells is told once");
	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		html_head(writer->out, 'l', "%s", head[i]);
	html_head(writer->out, 'r', "cell");
	html_table_body(writer->out);
	for (size_t i = 0; i < shown; i++)
		put_trouble(writer, &troubles->item[i]);
	html_table_end(writer->out);
	report_more(writer, shown, troubles->nr, command);
	free(command);
}

/* --- consoles --- */

static bool any_patched(const struct stack_trace *trace)
{
	for (size_t i = 0; i < trace->nr; i++)
		if (trace->frame[i].patched)
			return true;
	return false;
}

static void put_frame(FILE *out, const struct stack_frame *frame, bool patched)
{
	char *text = stack_frame_text(frame);

	fputs("<tr>", out);
	html_row_head(out, "%s%s", frame->unsure ? "? " : "", text);
	html_cell(out, 'l', "%s", frame->source ? frame->source : "not known");
	if (patched)
		html_cell(out, 'l', "%s", frame->patched ? "patched" : "as it is");
	fputs("</tr>\n", out);
	free(text);
}

static void put_trace(FILE *out, const struct stack_trace *trace)
{
	bool patched = any_patched(trace);

	html_table_begin(out, trace->headline);
	html_head(out, 'l', "function, the innermost first");
	html_head(out, 'l', "file");
	if (patched)
		html_head(out, 'l', "beside the kernel's source");
	html_table_body(out);
	for (size_t i = 0; i < trace->nr; i++)
		put_frame(out, &trace->frame[i], patched);
	html_table_end(out);
	if (trace->cut)
		html_element(out, "p", "note", "And more functions.");
}

/* The first complaints: what comes after them is mostly their consequence. */
static void put_traces(const struct report_writer *writer, const struct store_cell *cell,
		       const struct report_console *console, bool decode)
{
	struct stack_list list;
	char *note = NULL;

	stack_parse(console->text, console->len, &list);
	if (list.nr && decode)
		note = stack_decode_run(writer->around->cache, writer->page->compare->content,
					cell->variant, &list);
	else if (list.nr)
		note = str_printf("The files of functions: run-suite show %s/%lld",
				  writer->page->compare->content->run.id, (long long)cell->id);
	if (note)
		html_element(writer->out, "p", "note", "%s", note);
	free(note);
	for (size_t i = 0; i < list.nr && i < TRACES_SHOWN; i++)
		put_trace(writer->out, &list.trace[i]);
	stack_free(&list);
}

static void put_excerpt(FILE *out, const struct report_console *console)
{
	char *text = report_console_excerpt(console);

	fputs("<pre tabindex=\"0\" role=\"group\" aria-label=\"Console\">", out);
	html_text(out, text ? text : "");
	fputs("</pre>\n", out);
	free(text);
}

static void put_console(const struct report_writer *writer, const struct compare_judged *judged,
			bool decode)
{
	const struct store_cell *cell = judged->cell;
	struct report_console console;
	FILE *out = writer->out;

	fputs("<details class=\"crash\"><summary>", out);
	html_printf(out, "Cell %lld, %s, %s%s%s: %s", (long long)cell->id, cell->variant,
		    cell->workload, *cell->params ? " " : "", cell->params, judged->reason);
	fputs("</summary>\n", out);
	if (report_console_read(writer->around->dir, cell, &console)) {
		put_traces(writer, cell, &console, decode);
		put_excerpt(out, &console);
		free(console.text);
	} else {
		html_element(out, "p", NULL, "No console of it is left.");
	}
	fputs("<p class=\"note\">All of it: <code>", out);
	html_printf(out, "run-suite show %s/%lld --console", writer->page->compare->content->run.id,
		    (long long)cell->id);
	fputs("</code></p></details>\n", out);
}

/* Checks of one cell have one console. */
static bool is_told(const struct troubles *troubles, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (troubles->item[i].first->cell == troubles->item[at].first->cell)
			return true;
	return false;
}

static void put_consoles(const struct report_writer *writer, const struct troubles *troubles)
{
	size_t shown = 0, all = 0;
	char *command = str_printf("run-suite show %s/CELL", writer->page->compare->content->run.id);

	for (size_t i = 0; i < troubles->nr; i++) {
		const struct compare_judged *judged = troubles->item[i].first;

		if ((judged->verdict != VERDICT_FAIL && judged->verdict != VERDICT_BROKEN) ||
		    !*judged->cell->console || is_told(troubles, i))
			continue;
		if (!all++)
			html_element(writer->out, "h3", NULL, "What the kernels said");
		if (shown < REPORT_CONSOLES) {
			put_console(writer, judged, shown < CONSOLES_DECODED);
			shown++;
		}
	}
	report_more(writer, shown, all, command);
	free(command);
}

void report_write_failures(const struct report_writer *writer)
{
	struct troubles troubles = { 0 };
	struct compare_judged *list;
	size_t nr;

	list = compare_judged(writer->page->compare->content, &nr);
	collect(list, nr, &troubles);
	report_section(writer, "failures", "What broke");
	if (troubles.nr) {
		put_table(writer, &troubles);
		put_consoles(writer, &troubles);
	} else {
		html_element(writer->out, "p", "better", "\xe2\x9c\x93 Nothing: every cell and every "
			     "check passed.");
	}
	report_section_end(writer);
	free(troubles.item);
	compare_judged_free(list, nr);
}
