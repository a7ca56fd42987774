// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads variant.ini. inih does the parsing; what it would take in silence (a
 * line cut at 200 bytes, an indented line that continues the one before) is
 * refused first, because a config option lost that way builds another kernel.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "variant-ini.h"

#define INI_LINE_MAX	190	/* inih's default buffer is 200 with "\r\n" and NUL */
#define PAGE_BYTES_MAX	4096

struct ini_ctx {
	struct variant *variant;
	char why[512];
};

typedef int (*ini_setter)(struct ini_ctx *ctx, const char *name, const char *value);

struct ini_item {
	const char *section;
	const char *name;	/* NULL: any name */
	ini_setter set;
};

__attribute__((format(printf, 2, 3)))
static int ini_refuse(struct ini_ctx *ctx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(ctx->why, sizeof(ctx->why), fmt, args);
	va_end(args);
	return -EINVAL;
}

static int set_text(struct ini_ctx *ctx, char **field, const char *name, const char *value)
{
	if (*field)
		return ini_refuse(ctx, "%s is given twice", name);
	if (!*value)
		return ini_refuse(ctx, "%s has no value", name);
	*field = str_dup(value);
	return 0;
}

static int set_choice(struct ini_ctx *ctx, char **field, const char *name, const char *value,
		      const char *choices)
{
	struct strv known = { 0 };
	int error = 0;

	strv_split(&known, choices, " ");
	if (!strv_has(&known, value))
		error = ini_refuse(ctx, "%s = %s: must be one of: %s", name, value, choices);
	strv_free(&known);
	return error ? error : set_text(ctx, field, name, value);
}

static int set_help(struct ini_ctx *ctx, const char *name, const char *value)
{
	return set_text(ctx, &ctx->variant->help, name, value);
}

static int set_parent(struct ini_ctx *ctx, const char *name, const char *value)
{
	return set_text(ctx, &ctx->variant->parent, name, value);
}

static int set_state(struct ini_ctx *ctx, const char *name, const char *value)
{
	return set_choice(ctx, &ctx->variant->state, name, value, "complete partial planned");
}

static int set_mapping(struct ini_ctx *ctx, const char *name, const char *value)
{
	return set_choice(ctx, &ctx->variant->memmap_mapping, name, value, "2M 4K");
}

static int set_zspages(struct ini_ctx *ctx, const char *name, const char *value)
{
	return set_choice(ctx, &ctx->variant->zspages, name, value, "moving fixed");
}

static int set_device_memmap(struct ini_ctx *ctx, const char *name, const char *value)
{
	return set_choice(ctx, &ctx->variant->device_memmap, name, value, "full lazy");
}

static int set_failed_bind(struct ini_ctx *ctx, const char *name, const char *value)
{
	return set_choice(ctx, &ctx->variant->failed_bind, name, value, "undone kept");
}

static int set_page_descriptors(struct ini_ctx *ctx, const char *name, const char *value)
{
	return set_choice(ctx, &ctx->variant->page_descriptors, name, value, "array pool");
}

static int set_descriptor_ranges(struct ini_ctx *ctx, const char *name, const char *value)
{
	if (*value != '/' || strchr(value, ' ') || strlen(value) > JOB_VALUE_MAX)
		return ini_refuse(ctx, "%s = %s: must be /FILE of at most %d bytes", name, value,
				  JOB_VALUE_MAX);
	return set_text(ctx, &ctx->variant->descriptor_ranges, name, value);
}

static int set_source(struct ini_ctx *ctx, const char *name, const char *value)
{
	const char *rev = strrchr(value, ' ');

	if (strncmp(value, "git:", 4) || !rev || rev == value + 4 || !rev[1] || rev[1] == '-')
		return ini_refuse(ctx, "%s = %s: must be git:PATH REV", name, value);
	return set_text(ctx, &ctx->variant->source, name, value);
}

/* Whole decimal number; nothing but digits, and no overflow. */
static bool parse_u64(const char *text, uint64_t *ret_value)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*ret_value = value;
	return true;
}

static int set_page_bytes(struct ini_ctx *ctx, const char *name, const char *value)
{
	uint64_t bytes;

	if (ctx->variant->page_bytes)
		return ini_refuse(ctx, "%s is given twice", name);
	if (!parse_u64(value, &bytes) || !bytes || bytes > PAGE_BYTES_MAX || bytes % 8)
		return ini_refuse(ctx, "%s = %s: must be a multiple of 8 from 8 to %d", name, value,
				  PAGE_BYTES_MAX);
	ctx->variant->page_bytes = bytes;
	return 0;
}

static bool valid_option(const char *name)
{
	return !strncmp(name, "CONFIG_", 7) && name[7] &&
	       strspn(name + 7, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
	       strlen(name + 7);
}

static bool valid_number(const char *value)
{
	if (*value == '-')
		value++;
	if (!strncmp(value, "0x", 2))
		return value[2] && strspn(value + 2, "0123456789abcdefABCDEF") == strlen(value + 2);
	return *value && strspn(value, "0123456789") == strlen(value);
}

static bool valid_string(const char *value)
{
	size_t len = strlen(value);

	return len >= 2 && value[0] == '"' && strchr(value + 1, '"') == value + len - 1;
}

/* @reason: of one that is switched off, or NULL */
static int add_option(struct ini_ctx *ctx, const char *name, const char *value,
		      const char *reason)
{
	struct variant *variant = ctx->variant;

	for (size_t i = 0; i < variant->nr_config; i++)
		if (!strcmp(variant->config[i].option, name))
			return ini_refuse(ctx, "%s is given twice", name);
	variant->config = mem_grow(variant->config, variant->nr_config + 1,
				   sizeof(*variant->config));
	variant->config[variant->nr_config++] = (struct kconfig_line){
		.option = str_dup(name),
		.value = str_dup(value),
		.reason = reason ? str_dup(reason) : NULL,
		.of = reason ? str_dup(variant->name) : NULL,
	};
	return 0;
}

static int set_config(struct ini_ctx *ctx, const char *name, const char *value)
{
	if (!valid_option(name))
		return ini_refuse(ctx, "%s: not a kernel option; they are written CONFIG_NAME", name);
	if (!strcmp(value, "n"))
		return ini_refuse(ctx, "%s = n: says no reason; what is switched off is a line "
				  "%s = REASON of [off]", name, name);
	if (strcmp(value, "y") && !valid_number(value) && !valid_string(value))
		return ini_refuse(ctx, "%s = %s: must be y, a number or a \"string\"", name, value);
	return add_option(ctx, name, value, NULL);
}

/* Who compares it with another kernel has to switch the same off there, and say why. */
static int set_off(struct ini_ctx *ctx, const char *name, const char *value)
{
	if (!valid_option(name))
		return ini_refuse(ctx, "%s: not a kernel option; they are written CONFIG_NAME", name);
	if (!*value)
		return ini_refuse(ctx, "%s: says no reason why it is switched off", name);
	return add_option(ctx, name, "n", value);
}

/* Where Kconfig leaves no choice, nobody else can be asked to do without it. */
static int set_removed(struct ini_ctx *ctx, const char *name, const char *value)
{
	struct variant *variant = ctx->variant;
	int error = set_off(ctx, name, value);

	if (!error)
		variant->config[variant->nr_config - 1].removed = true;
	return error;
}

static bool valid_counter_name(const char *name)
{
	return *name && strlen(name) <= JOB_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
	       strlen(name);
}

/* "/path OP NUMBER": three words, so that a path can hold any of the operators. */
static int parse_counter(struct ini_ctx *ctx, const char *value, struct job_counter *counter)
{
	struct strv word = { 0 };
	int error = -EINVAL;

	strv_split(&word, value, " \t");
	if (word.nr != 3 || word.item[0][0] != '/')
		ini_refuse(ctx, "%s: must be /FILE OP NUMBER", value);
	else if (strlen(word.item[0]) > JOB_VALUE_MAX)
		ini_refuse(ctx, "%s: longer than %d bytes", word.item[0], JOB_VALUE_MAX);
	else if (strcmp(word.item[1], "==") &&
		 (strlen(word.item[1]) != 1 || !strchr("<=>", word.item[1][0])))
		ini_refuse(ctx, "%s: the operator must be <, = or >", word.item[1]);
	else if (!parse_u64(word.item[2], &counter->value))
		ini_refuse(ctx, "%s: not a number", word.item[2]);
	else
		error = 0;
	if (!error) {
		strcpy(counter->path, word.item[0]);
		counter->op = word.item[1][0];
	}
	strv_free(&word);
	return error;
}

static int set_counter(struct ini_ctx *ctx, const char *name, const char *value)
{
	struct variant *variant = ctx->variant;
	struct job_counter *counter;
	int error;

	if (!valid_counter_name(name))
		return ini_refuse(ctx, "%s: a counter's name is 1 to %d of [A-Za-z0-9_.-]", name,
				  JOB_NAME_MAX);
	for (size_t i = 0; i < variant->nr_counters; i++)
		if (!strcmp(variant->counter[i].name, name))
			return ini_refuse(ctx, "%s is given twice", name);
	if (variant->nr_counters == JOB_COUNTERS_MAX)
		return ini_refuse(ctx, "%s: more than %d counters", name, JOB_COUNTERS_MAX);
	counter = &variant->counter[variant->nr_counters];
	error = parse_counter(ctx, value, counter);
	if (error)
		return error;
	strcpy(counter->name, name);
	variant->nr_counters++;
	return 0;
}

static int set_defect(struct ini_ctx *ctx, const char *name, const char *value)
{
	return set_text(ctx, &ctx->variant->defect, name, value);
}

/* "WORKLOAD... [PARAMETER=VALUE...]: NAME...", the names of checks or of metrics. */
static int add_notice(struct ini_ctx *ctx, const char *name, const char *value, bool metric)
{
	struct variant *variant = ctx->variant;
	struct variant_notice notice = { .metric = metric };
	const char *colon = strchr(value, ':');
	struct strv words = { 0 };
	char *where;

	if (!colon)
		return ini_refuse(ctx, "%s = %s: must be WORKLOAD: NAME", name, value);
	where = str_printf("%.*s", (int)(colon - value), value);
	strv_split(&words, where, " \t");
	for (size_t i = 0; i < words.nr; i++)
		strv_add(strchr(words.item[i], '=') ? &notice.param : &notice.workload, "%s",
			 words.item[i]);
	strv_split(&notice.name, colon + 1, " \t");
	strv_free(&words);
	free(where);
	variant->notice = mem_grow(variant->notice, variant->nr_notices + 1,
				   sizeof(*variant->notice));
	variant->notice[variant->nr_notices++] = notice;
	if (!notice.workload.nr || !notice.name.nr)
		return ini_refuse(ctx, "%s = %s: must be WORKLOAD: NAME", name, value);
	return 0;
}

static int add_check(struct ini_ctx *ctx, const char *name, const char *value)
{
	return add_notice(ctx, name, value, false);
}

static int add_metric(struct ini_ctx *ctx, const char *name, const char *value)
{
	return add_notice(ctx, name, value, true);
}

static const struct ini_item ini_table[] = {
	{ "variant",	"help",			set_help },
	{ "variant",	"parent",		set_parent },
	{ "variant",	"state",		set_state },
	{ "variant",	"source",		set_source },
	{ "config",	NULL,			set_config },
	{ "off",	NULL,			set_off },
	{ "removed",	NULL,			set_removed },
	{ "expect",	"page_bytes",		set_page_bytes },
	{ "expect",	"memmap_mapping",	set_mapping },
	{ "expect",	"zspages",		set_zspages },
	{ "expect",	"device_memmap",	set_device_memmap },
	{ "expect",	"failed_bind",		set_failed_bind },
	{ "expect",	"page_descriptors",	set_page_descriptors },
	{ "expect",	"descriptor_ranges",	set_descriptor_ranges },
	{ "active",	NULL,			set_counter },
	{ "noticed",	"check",		add_check },
	{ "noticed",	"metric",		add_metric },
	{ "noticed",	"defect",		set_defect },
};

static int ini_unknown(struct ini_ctx *ctx, const char *section, const char *name)
{
	struct strv known = { 0 };
	const char *nearest;
	bool in_section = false;

	if (!*section)
		return ini_refuse(ctx, "%s stands before the first [section]", name);
	for (size_t i = 0; i < ARRAY_SIZE(ini_table); i++)
		in_section |= !strcmp(ini_table[i].section, section);
	for (size_t i = 0; i < ARRAY_SIZE(ini_table); i++)
		if (!in_section)
			strv_add(&known, "%s", ini_table[i].section);
		else if (!strcmp(ini_table[i].section, section))
			strv_add(&known, "%s", ini_table[i].name);
	nearest = name_nearest(in_section ? name : section, &known);
	if (in_section)
		ini_refuse(ctx, "%s: no such key in [%s]%s%s%s", name, section,
			   nearest ? "; did you mean " : "", nearest ? nearest : "",
			   nearest ? "?" : "");
	else
		ini_refuse(ctx, "[%s]: no such section%s%s%s", section,
			   nearest ? "; did you mean [" : "", nearest ? nearest : "",
			   nearest ? "]?" : "");
	strv_free(&known);
	return -EINVAL;
}

/* inih goes on after an error and returns the first line: keep the first sentence. */
static int ini_take(void *user, const char *section, const char *name, const char *value)
{
	struct ini_ctx *ctx = user;

	if (*ctx->why)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(ini_table); i++)
		if (!strcmp(ini_table[i].section, section) &&
		    (!ini_table[i].name || !strcmp(ini_table[i].name, name)))
			return !ini_table[i].set(ctx, name, value);
	return !ini_unknown(ctx, section, name);
}

static const char *line_fault(const char *line, size_t len)
{
	if (len > INI_LINE_MAX)
		return "the line is too long (190 bytes at most)";
	for (size_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)line[i]) && line[i] != '\t' && line[i] != '\r')
			return "the line has a control character";
	if (!len || line[0] == ';' || line[0] == '#' || line[0] == '\r')
		return NULL;
	if (line[0] == ' ' || line[0] == '\t')
		return strspn(line, " \t\r") >= len ? NULL : "the line begins with white space";
	if (line[0] == '[')
		return memchr(line, ']', len) ? NULL : "the section has no ]";
	return memchr(line, '=', len) ? NULL : "neither [section] nor name = value";
}

static int check_lines(const char *path, const char *text, size_t size, struct err *err)
{
	const char *line = text, *fault;
	unsigned int nr = 1;

	if (strlen(text) != size)
		return err_set(err, -EINVAL, "%s: not a text file: it holds a NUL byte", path);
	for (; *line; nr++) {
		size_t len = strcspn(line, "\n");

		fault = line_fault(line, len);
		if (fault)
			return err_set(err, -EINVAL, "%s:%u: %s", path, nr, fault);
		line += len + (line[len] == '\n');
	}
	return 0;
}

int variant_ini_read(const char *path, struct variant *variant, struct err *err)
{
	struct ini_ctx ctx = { .variant = variant };
	char *text;
	size_t len;
	int error, line;

	error = fs_read(path, &text, &len, err);
	if (error)
		return error;
	error = check_lines(path, text, len, err);
	if (error)
		goto out;
	line = ini_parse_string(text, ini_take, &ctx);
	if (line)
		error = err_set(err, -EINVAL, "%s:%d: %s", path, line,
				*ctx.why ? ctx.why : "not understood");
	else if (!variant->help || !variant->state)
		error = err_set(err, -EINVAL, "%s: [variant] has no %s", path,
				variant->help ? "state" : "help");
out:
	free(text);
	return error;
}
