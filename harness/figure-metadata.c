// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Metadata of memory, stacked: what it is made of by kind, and on which node it is, at
 * boot, under load and after.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "figure-private.h"

/**
 * struct stack - what is stacked
 * @compare: of what
 * @account: bytes of it
 * @by_node: parts are nodes, otherwise kinds
 * @part: places of those that have bytes in any bar
 * @nr: how many
 */
struct stack {
	const struct compare *compare;
	const struct metadata_account *account;
	bool by_node;
	unsigned int part[METADATA_ACCOUNT_NODES];
	size_t nr;
};

static double bytes_of(const struct stack *stack, unsigned int part, enum metadata_phase phase,
		       size_t variant)
{
	const struct metadata_which which = {
		.phase = phase, .kind = stack->by_node ? METADATA_KINDS : part,
		.node = stack->by_node ? part : METADATA_ACCOUNT_NODES,
	};

	return metadata_account_mean(stack->account, &which, variant);
}

/* Not the sum of what is shown: those are rounded. */
static double total_of(const struct stack *stack, enum metadata_phase phase, size_t variant)
{
	const struct metadata_which which = {
		.phase = phase, .kind = METADATA_KINDS, .node = METADATA_ACCOUNT_NODES,
	};

	return metadata_account_mean(stack->account, &which, variant);
}

static bool has_bytes(const struct stack *stack, unsigned int part)
{
	for (unsigned int phase = 0; phase < METADATA_PHASES; phase++)
		for (size_t i = 0; i < stack->account->nr_sides; i++)
			if (bytes_of(stack, part, phase, stack->account->side[i]) > 0)
				return true;
	return false;
}

static void choose_parts(struct stack *stack)
{
	unsigned int end = stack->by_node ? METADATA_ACCOUNT_NODES : METADATA_KINDS;

	for (unsigned int part = 0; part < end; part++)
		if (has_bytes(stack, part))
			stack->part[stack->nr++] = part;
}

static void part_name(const struct stack *stack, unsigned int part, char buf[FIGURE_TEXT])
{
	if (!stack->by_node)
		snprintf(buf, FIGURE_TEXT, "%s", metadata_kind_name(part));
	else if (part == METADATA_DEVICE)
		strcpy(buf, "device memory");
	else
		snprintf(buf, FIGURE_TEXT, "node %u", part);
}

static void put_bar(const struct stack *stack, enum metadata_phase phase, size_t variant,
		    size_t place, FILE *out)
{
	fprintf(out, "%zu", place);
	figure_text(stack->compare->variant.item[variant], out);
	figure_text(metadata_phase_name(phase), out);
	for (size_t i = 0; i < stack->nr; i++)
		figure_number(bytes_of(stack, stack->part[i], phase, variant), out);
	fputc('\n', out);
}

static char *data_text(const struct stack *stack, const struct figure *figure)
{
	char *text = NULL, name[FIGURE_TEXT];
	size_t len, place = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return str_dup("");
	fputs("# in rows: place, variant, phase, bytes of each part\n", out);
	figure_begin(figure, out);
	figure_about("x", "bytes", out);
	figure_block("parts", out);
	for (size_t i = 0; i < stack->nr; i++) {
		part_name(stack, stack->part[i], name);
		fprintf(out, "%zu", i);
		figure_text(name, out);
		fputc('\n', out);
	}
	figure_block("rows", out);
	for (size_t i = 0; i < stack->account->nr_sides; i++)
		for (unsigned int phase = 0; phase < METADATA_PHASES; phase++)
			if (metadata_account_parts(stack->account, NULL, phase))
				put_bar(stack, phase, stack->account->side[i], ++place, out);
	fclose(out);
	return text;
}

static void put_row(const struct stack *stack, struct figure *figure, enum metadata_phase phase,
		    size_t variant)
{
	char text[FIGURE_TEXT];

	strv_add(&figure->cell, "%s", stack->compare->variant.item[variant]);
	strv_add(&figure->cell, "%s", metadata_phase_name(phase));
	for (size_t i = 0; i < stack->nr; i++)
		strv_add(&figure->cell, "%s",
			 compare_figure_text(text, UNIT_BYTES,
					     bytes_of(stack, stack->part[i], phase, variant)));
	strv_add(&figure->cell, "%s",
		 compare_figure_text(text, UNIT_BYTES, total_of(stack, phase, variant)));
	figure->nr_rows++;
}

static void put_table(const struct stack *stack, struct figure *figure)
{
	char name[FIGURE_TEXT];

	strv_add(&figure->heading, "variant");
	strv_add(&figure->heading, "phase");
	for (size_t i = 0; i < stack->nr; i++) {
		part_name(stack, stack->part[i], name);
		strv_add(&figure->heading, "%s (B)", name);
	}
	strv_add(&figure->heading, "all (B)");
	for (size_t i = 0; i < stack->account->nr_sides; i++)
		for (unsigned int phase = 0; phase < METADATA_PHASES; phase++)
			if (metadata_account_parts(stack->account, NULL, phase))
				put_row(stack, figure, phase, stack->account->side[i]);
}

static char *about_text(const struct stack *stack)
{
	size_t cells = metadata_account_parts(stack->account, NULL, METADATA_LOADED);
	struct strv part = { 0 };
	char *list, *text, bytes[16];

	for (size_t i = 0; i < stack->account->nr_sides; i++) {
		size_t variant = stack->account->side[i];

		text_bytes(bytes, sizeof(bytes), total_of(stack, METADATA_LOADED, variant));
		strv_add(&part, "%s %s", stack->compare->variant.item[variant], bytes);
	}
	list = strv_join(&part, ", ");
	strv_free(&part);
	text = str_printf("Metadata when loaded, mean of %zu cell%s: %s.", cells,
			  cells == 1 ? "" : "s", list);
	free(list);
	return text;
}

static double largest_effect(const struct stack *stack)
{
	double base = total_of(stack, METADATA_LOADED, stack->account->side[0]), largest = 0;

	for (size_t i = 1; i < stack->account->nr_sides; i++) {
		double bytes = total_of(stack, METADATA_LOADED, stack->account->side[i]);

		if (base > 0 && bytes > 0)
			largest = fmax(largest, fabs(log(bytes / base)));
	}
	return largest;
}

static void add_figure(struct stack *stack, struct figures *figures)
{
	struct figure *figure;

	choose_parts(stack);
	if (!stack->nr)
		return;
	figure = figures_add(figures, FIGURE_METADATA, "metadata.gp",
			     stack->by_node ? "metadata-node" : "metadata-kind");
	figure->title = str_printf("metadata of memory by %s", stack->by_node ? "node" : "kind");
	figure->about = about_text(stack);
	figure->caption = figure_caption(stack->compare);
	figure->data = data_text(stack, figure);
	figure->effect = largest_effect(stack);
	put_table(stack, figure);
}

void figures_add_metadata(const struct compare *compare, const struct metadata_account *account,
			  struct figures *figures)
{
	struct stack by_kind = { .compare = compare, .account = account };
	struct stack by_node = { .compare = compare, .account = account, .by_node = true };

	if (!metadata_account_parts(account, NULL, METADATA_LOADED))
		return;
	add_figure(&by_kind, figures);
	add_figure(&by_node, figures);
}
