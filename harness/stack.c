// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds call traces in a console.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "console-rules.h"
#include "stack.h"
#include "text-plain.h"

#define MODULE_MAX 55	/* MODULE_NAME_LEN of 64-bit kernels, without its NUL */

/**
 * struct parser - where in the text
 * @list: filled
 * @line: number of the line at hand
 * @open: the last trace of @list may get more frames
 * @tracing: within "Call Trace:"
 * @has_rip: the open trace has the instruction at which it happened
 */
struct parser {
	struct stack_list *list;
	size_t line;
	bool open;
	bool tracing;
	bool has_rip;
};

static bool is_symbol_byte(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_' || byte == '.';
}

/* "0x" and up to 16 digits. Return: what follows them, or NULL. */
static const char *take_hex(const char *text, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t nr = 0;

	if (strncmp(text, "0x", 2))
		return NULL;
	for (text += 2; isxdigit((unsigned char)*text); text++, nr++) {
		char digit = tolower((unsigned char)*text);

		value = value << 4 | (isdigit((unsigned char)digit) ? digit - '0' : digit - 'a' + 10);
	}
	if (!nr || nr > 16)
		return NULL;
	*ret_value = value;
	return text;
}

/* " [zsmalloc]" */
static char *take_module(const char *text)
{
	size_t len;

	if (strncmp(text, " [", 2))
		return NULL;
	text += 2;
	for (len = 0; len <= MODULE_MAX && (is_symbol_byte(text[len]) || text[len] == '-'); len++)
		;
	if (!len || len > MODULE_MAX || text[len] != ']')
		return NULL;
	return str_printf("%.*s", (int)len, text);
}

/* "zswap_load+0x1f/0x2a0": a function is nothing without its offset and size. */
static bool take_frame(const char *text, struct stack_frame *ret_frame)
{
	struct stack_frame frame = { 0 };
	const char *after;
	size_t len;

	if (!strncmp(text, "? ", 2)) {
		frame.unsure = true;
		text += 2;
	}
	for (len = 0; len <= STACK_SYMBOL_MAX && is_symbol_byte(text[len]); len++)
		;
	if (!len || len > STACK_SYMBOL_MAX || isdigit((unsigned char)*text) || text[len] != '+')
		return false;
	after = take_hex(text + len + 1, &frame.offset);
	if (!after || *after != '/')
		return false;
	after = take_hex(after + 1, &frame.size);
	if (!after || (*after && *after != ' ') || frame.offset > frame.size)
		return false;
	frame.symbol = str_printf("%.*s", (int)len, text);
	frame.module = take_module(after);
	*ret_frame = frame;
	return true;
}

static void free_frame(struct stack_frame *frame)
{
	free(frame->symbol);
	free(frame->module);
	free(frame->source);
}

static void free_trace(struct stack_trace *trace)
{
	for (size_t i = 0; i < trace->nr; i++)
		free_frame(&trace->frame[i]);
	free(trace->frame);
	free(trace->headline);
}

static void add_frame(struct parser *parser, struct stack_frame *frame)
{
	struct stack_trace *trace = &parser->list->trace[parser->list->nr - 1];

	trace->last = parser->line;
	if (trace->nr == STACK_FRAMES_MAX) {
		trace->cut = true;
		free_frame(frame);
		return;
	}
	trace->frame = mem_grow(trace->frame, trace->nr + 1, sizeof(*trace->frame));
	trace->frame[trace->nr++] = *frame;
}

/* A complaint without functions is no trace: "#PF:" and "Oops:" follow a "BUG:". */
static void begin_trace(struct parser *parser, enum console_kind kind, const char *headline)
{
	struct stack_list *list = parser->list;

	if (parser->open && !list->trace[list->nr - 1].nr)
		return;
	parser->open = parser->tracing = parser->has_rip = false;
	if (list->nr == STACK_TRACES_MAX) {
		list->cut = true;
		return;
	}
	list->trace = mem_grow(list->trace, list->nr + 1, sizeof(*list->trace));
	list->trace[list->nr++] = (struct stack_trace){
		.line = parser->line, .last = parser->line, .kind = kind,
		.headline = text_ascii(headline, '\0'),
	};
	parser->open = true;
}

static void take_rip(struct parser *parser, const char *rip)
{
	struct stack_frame frame;

	/* It comes once more behind the trace; of an interrupt it stands within. */
	if (parser->has_rip || (parser->list->trace[parser->list->nr - 1].nr && !parser->tracing) ||
	    !take_frame(strchr(strchr(rip, ':') + 1, ':') + 1, &frame))
		return;
	frame.at = true;
	parser->has_rip = true;
	add_frame(parser, &frame);
}

/* "<TASK>", "</IRQ>": which stack it is on */
static bool is_mark(const char *text)
{
	return *text == '<' && text[strcspn(text, ">")] == '>';
}

/* "RSP: 0018:...", "R13: ...", "Code: ...", and the RIP of a program */
static bool is_register(const char *text)
{
	return !strncmp(text, "Code: ", 6) || (*text == 'R' && strlen(text) > 4 && text[3] == ':');
}

static void take_line(struct parser *parser, const char *line)
{
	const char *text, *rip, *trace;
	enum console_kind kind;
	struct stack_frame frame;

	if (console_classify(line, &kind, &text)) {
		begin_trace(parser, kind, text);
		if (!parser->open)
			return;
	}
	if (!parser->open)
		return;
	rip = console_find_rip(line);
	if (rip) {
		take_rip(parser, rip);
		return;
	}
	trace = strstr(line, "Call Trace:");
	if (trace) {
		/* One trace a complaint: what follows is of other CPUs, or the same again. */
		parser->tracing = !parser->tracing && (parser->has_rip ||
				  !parser->list->trace[parser->list->nr - 1].nr);
		return;
	}
	if (!parser->tracing)
		return;
	text = console_message(line);
	text += strspn(text, " ");
	if (take_frame(text, &frame))
		add_frame(parser, &frame);
	else if (!is_mark(text) && !is_register(text))
		parser->tracing = parser->open = false;
}

static void drop_empty(struct stack_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->nr; i++)
		if (list->trace[i].nr)
			list->trace[kept++] = list->trace[i];
		else
			free_trace(&list->trace[i]);
	list->nr = kept;
}

void stack_parse(const char *text, size_t len, struct stack_list *ret_list)
{
	struct parser parser = { .list = ret_list };
	char line[CONSOLE_TEXT_MAX + 1];

	*ret_list = (struct stack_list){ 0 };
	for (size_t at = 0; at < len; ) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t all = end ? (size_t)(end - text) - at : len - at, kept = 0;

		for (size_t i = 0; i < all && kept < CONSOLE_TEXT_MAX; i++)
			if (text[at + i] && text[at + i] != '\r')
				line[kept++] = text[at + i];
		line[kept] = '\0';
		parser.line++;
		take_line(&parser, line);
		at += all + 1;
	}
	drop_empty(ret_list);
}

void stack_free(struct stack_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free_trace(&list->trace[i]);
	free(list->trace);
	*list = (struct stack_list){ 0 };
}

char *stack_frame_text(const struct stack_frame *frame)
{
	return str_printf("%s+0x%llx/0x%llx%s%s%s", frame->symbol,
			  (unsigned long long)frame->offset, (unsigned long long)frame->size,
			  frame->module ? " [" : "", frame->module ? frame->module : "",
			  frame->module ? "]" : "");
}
