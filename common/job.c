/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /job to text and back. The text is written by the harness, but it can be kept,
 * edited and booted again by hand, so reading it is as strict as reading a guest.
 */
#include "job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEADLINE_MAX (7 * 24 * 3600)	/* seconds; longer is a typing error */
#define DELAY_MAX 1000000000	/* instructions; a second of guest time */
#define LINE_MAX_JOB (2 * JOB_NAME_MAX + JOB_VALUE_MAX + 64)

/** struct reader - where the parser is, and what it has to say when it fails */
struct reader {
	struct job *job;
	char *why;
	size_t why_size;
	unsigned int line;
	uint32_t seen;		/* bit per row of words[] */
};

static int refuse(struct reader *rd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int refuse(struct reader *rd, const char *fmt, ...)
{
	va_list args;
	int n;

	if (!rd->why_size)
		return -EINVAL;
	n = snprintf(rd->why, rd->why_size, "line %u: ", rd->line);
	if (n < 0 || (size_t)n >= rd->why_size)
		return -EINVAL;
	va_start(args, fmt);
	vsnprintf(rd->why + n, rd->why_size - (size_t)n, fmt, args);
	va_end(args);
	return -EINVAL;
}

static bool name_ok(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789" "._+-");

	return len && len <= JOB_NAME_MAX && !text[len];
}

/* Values may hold spaces, but nothing that ends a line or cannot be printed. */
static bool value_ok(const char *text)
{
	const char *c;

	if (strlen(text) > JOB_VALUE_MAX)
		return false;
	for (c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

static bool path_ok(const char *text)
{
	return value_ok(text) && text[0] == '/' && !strchr(text, ' ');
}

static bool mapping_ok(const char *text)
{
	return !strcmp(text, "2M") || !strcmp(text, "4K");
}

static bool zspages_ok(const char *text)
{
	return !strcmp(text, "moving") || !strcmp(text, "fixed");
}

static bool device_memmap_ok(const char *text)
{
	return !strcmp(text, "full") || !strcmp(text, "lazy");
}

static bool failed_bind_ok(const char *text)
{
	return !strcmp(text, "undone") || !strcmp(text, "kept");
}

static bool page_descriptors_ok(const char *text)
{
	return !strcmp(text, "array") || !strcmp(text, "pool");
}

/* strtoull() alone takes signs, spaces and an empty string. */
static bool number_ok(const char *text, uint64_t max, uint64_t *ret_value)
{
	unsigned long long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || value > max)
		return false;
	*ret_value = value;
	return true;
}

static int read_workload(struct reader *rd, char *rest)
{
	if (!name_ok(rest))
		return refuse(rd, "'%s' is not a name of a workload", rest);
	strcpy(rd->job->workload, rest);
	return 0;
}

static int read_param(struct reader *rd, char *rest)
{
	struct job_param *param = &rd->job->params[rd->job->nr_params];
	char *value = strchr(rest, '=');

	if (rd->job->nr_params == JOB_PARAMS_MAX)
		return refuse(rd, "more than %d parameters", JOB_PARAMS_MAX);
	if (!value)
		return refuse(rd, "'%s' is not NAME=VALUE", rest);
	*value++ = '\0';
	if (!name_ok(rest))
		return refuse(rd, "'%s' is not a name of a parameter", rest);
	if (!value_ok(value))
		return refuse(rd, "value of '%s' is too long or cannot be printed", rest);
	if (job_param(rd->job, rest))
		return refuse(rd, "parameter '%s' is given twice", rest);
	strcpy(param->name, rest);
	strcpy(param->value, value);
	rd->job->nr_params++;
	return 0;
}

static int read_clock(struct reader *rd, char *rest)
{
	if (strcmp(rest, "insns") && strcmp(rest, "ns"))
		return refuse(rd, "clock '%s' is neither insns nor ns", rest);
	rd->job->exact = !strcmp(rest, "insns");
	return 0;
}

static int read_number(struct reader *rd, const char *what, const char *text, uint64_t max,
		       uint64_t *ret_value)
{
	if (!number_ok(text, max, ret_value))
		return refuse(rd, "%s '%s' is not a number from 0 to %" PRIu64, what, text, max);
	return 0;
}

static int read_deadline(struct reader *rd, char *rest)
{
	uint64_t value = 0;
	int err = read_number(rd, "deadline", rest, DEADLINE_MAX, &value);

	if (err)
		return err;
	rd->job->deadline_s = (uint32_t)value;
	return 0;
}

static int read_seed(struct reader *rd, char *rest)
{
	return read_number(rd, "seed", rest, UINT64_MAX, &rd->job->seed);
}

static int read_delay(struct reader *rd, char *rest)
{
	return read_number(rd, "delay", rest, DELAY_MAX, &rd->job->delay);
}

static int read_page_bytes(struct reader *rd, char *rest)
{
	uint64_t value = 0;
	int err = read_number(rd, "page_bytes", rest, 4096, &value);

	if (err)
		return err;
	rd->job->page_bytes = (uint32_t)value;
	return 0;
}

static int read_mapping(struct reader *rd, char *rest)
{
	if (!mapping_ok(rest))
		return refuse(rd, "memmap_mapping '%s' is neither 2M nor 4K", rest);
	strcpy(rd->job->memmap_mapping, rest);
	return 0;
}

static int read_zspages(struct reader *rd, char *rest)
{
	if (!zspages_ok(rest))
		return refuse(rd, "zspages '%s' is neither moving nor fixed", rest);
	strcpy(rd->job->zspages, rest);
	return 0;
}

static int read_device_memmap(struct reader *rd, char *rest)
{
	if (!device_memmap_ok(rest))
		return refuse(rd, "device_memmap '%s' is neither full nor lazy", rest);
	strcpy(rd->job->device_memmap, rest);
	return 0;
}

static int read_failed_bind(struct reader *rd, char *rest)
{
	if (!failed_bind_ok(rest))
		return refuse(rd, "failed_bind '%s' is neither undone nor kept", rest);
	strcpy(rd->job->failed_bind, rest);
	return 0;
}

static int read_page_descriptors(struct reader *rd, char *rest)
{
	if (!page_descriptors_ok(rest))
		return refuse(rd, "page_descriptors '%s' is neither array nor pool", rest);
	strcpy(rd->job->page_descriptors, rest);
	return 0;
}

static int read_descriptor_ranges(struct reader *rd, char *rest)
{
	if (!path_ok(rest))
		return refuse(rd, "'%s' is not an absolute path", rest);
	strcpy(rd->job->descriptor_ranges, rest);
	return 0;
}

static int read_perfctr(struct reader *rd, char *rest)
{
	if (perfctr_mode_parse(rest, &rd->job->perfctr))
		return refuse(rd, "perfctr '%s' is none of none, quiet and perf", rest);
	return 0;
}

/* counter NAME PATH OP VALUE */
static int read_counter(struct reader *rd, char *rest)
{
	struct job_counter *counter = &rd->job->counters[rd->job->nr_counters];
	char *save, *word[5];
	size_t i;

	if (rd->job->nr_counters == JOB_COUNTERS_MAX)
		return refuse(rd, "more than %d counters", JOB_COUNTERS_MAX);
	for (i = 0; i < 5; i++)
		word[i] = strtok_r(i ? NULL : rest, " ", &save);
	if (!word[3] || word[4])
		return refuse(rd, "a counter is NAME PATH OP VALUE");
	if (!name_ok(word[0]))
		return refuse(rd, "'%s' is not a name of a counter", word[0]);
	if (!path_ok(word[1]))
		return refuse(rd, "'%s' is not an absolute path", word[1]);
	if (strlen(word[2]) != 1 || !strchr("<=>", *word[2]))
		return refuse(rd, "'%s' is none of < = >", word[2]);
	if (!number_ok(word[3], UINT64_MAX, &counter->value))
		return refuse(rd, "'%s' is not a number", word[3]);
	strcpy(counter->name, word[0]);
	strcpy(counter->path, word[1]);
	counter->op = *word[2];
	rd->job->nr_counters++;
	return 0;
}

/** struct word - a word a line may start with */
struct word {
	const char *name;
	int (*read)(struct reader *rd, char *rest);
	bool again;		/* may stand on several lines */
};

static const struct word words[] = {
	{ "workload", read_workload, false },
	{ "param", read_param, true },
	{ "clock", read_clock, false },
	{ "deadline", read_deadline, false },
	{ "seed", read_seed, false },
	{ "delay", read_delay, false },
	{ "page_bytes", read_page_bytes, false },
	{ "memmap_mapping", read_mapping, false },
	{ "zspages", read_zspages, false },
	{ "device_memmap", read_device_memmap, false },
	{ "failed_bind", read_failed_bind, false },
	{ "page_descriptors", read_page_descriptors, false },
	{ "descriptor_ranges", read_descriptor_ranges, false },
	{ "perfctr", read_perfctr, false },
	{ "counter", read_counter, true },
};

#define NR_WORDS (sizeof(words) / sizeof(words[0]))

static int read_line(struct reader *rd, char *line)
{
	char *rest = strchr(line, ' ');
	size_t i;

	if (!rest)
		return refuse(rd, "'%s' has no value", line);
	*rest++ = '\0';
	for (i = 0; i < NR_WORDS; i++)
		if (!strcmp(words[i].name, line))
			break;
	if (i == NR_WORDS)
		return refuse(rd, "unknown word '%s'", line);
	if (!words[i].again && rd->seen & 1u << i)
		return refuse(rd, "'%s' is given twice", line);
	rd->seen |= 1u << i;
	return words[i].read(rd, rest);
}

int job_parse(const char *text, struct job *ret_job, char *why, size_t why_size)
{
	struct job *job = calloc(1, sizeof(*job));
	struct reader rd = { .job = job, .why = why, .why_size = why_size };
	char line[LINE_MAX_JOB];
	int err = 0;
	size_t len;

	if (why_size)
		why[0] = '\0';
	if (!job)
		return refuse(&rd, "no memory");
	for (; *text && !err; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		rd.line++;
		if (len >= sizeof(line)) {
			err = refuse(&rd, "longer than %zu bytes", sizeof(line) - 1);
			break;
		}
		memcpy(line, text, len);
		line[len] = '\0';
		err = read_line(&rd, line);
	}
	if (!err && !job->workload[0])
		err = refuse(&rd, "the file ends without a workload");
	if (!err)
		*ret_job = *job;
	free(job);
	return err;
}

static bool params_ok(const struct job *job)
{
	size_t i;

	if (job->nr_params > JOB_PARAMS_MAX)
		return false;
	for (i = 0; i < job->nr_params; i++)
		if (!name_ok(job->params[i].name) || !value_ok(job->params[i].value) ||
		    job_param(job, job->params[i].name) != job->params[i].value)
			return false;
	return true;
}

static bool counters_ok(const struct job *job)
{
	size_t i;

	if (job->nr_counters > JOB_COUNTERS_MAX)
		return false;
	for (i = 0; i < job->nr_counters; i++)
		if (!name_ok(job->counters[i].name) || !path_ok(job->counters[i].path) ||
		    !job->counters[i].op || !strchr("<=>", job->counters[i].op))
			return false;
	return true;
}

static bool job_ok(const struct job *job)
{
	if (!name_ok(job->workload) || job->deadline_s > DEADLINE_MAX || job->delay > DELAY_MAX ||
	    job->page_bytes > 4096)
		return false;
	if (job->memmap_mapping[0] && !mapping_ok(job->memmap_mapping))
		return false;
	if (job->zspages[0] && !zspages_ok(job->zspages))
		return false;
	if (job->device_memmap[0] && !device_memmap_ok(job->device_memmap))
		return false;
	if (job->failed_bind[0] && !failed_bind_ok(job->failed_bind))
		return false;
	if (job->page_descriptors[0] && !page_descriptors_ok(job->page_descriptors))
		return false;
	if (job->descriptor_ranges[0] && !path_ok(job->descriptor_ranges))
		return false;
	if ((unsigned int)job->perfctr >= PERFCTR_MODES)
		return false;
	return params_ok(job) && counters_ok(job);
}

static void print_job(const struct job *job, FILE *out)
{
	const struct job_counter *counter;
	size_t i;

	fprintf(out, "workload %s\n", job->workload);
	for (i = 0; i < job->nr_params; i++)
		fprintf(out, "param %s=%s\n", job->params[i].name, job->params[i].value);
	fprintf(out, "clock %s\n", job->exact ? "insns" : "ns");
	fprintf(out, "deadline %" PRIu32 "\n", job->deadline_s);
	fprintf(out, "seed %" PRIu64 "\n", job->seed);
	if (job->delay)
		fprintf(out, "delay %" PRIu64 "\n", job->delay);
	fprintf(out, "page_bytes %" PRIu32 "\n", job->page_bytes);
	if (job->memmap_mapping[0])
		fprintf(out, "memmap_mapping %s\n", job->memmap_mapping);
	if (job->zspages[0])
		fprintf(out, "zspages %s\n", job->zspages);
	if (job->device_memmap[0])
		fprintf(out, "device_memmap %s\n", job->device_memmap);
	if (job->failed_bind[0])
		fprintf(out, "failed_bind %s\n", job->failed_bind);
	if (job->page_descriptors[0])
		fprintf(out, "page_descriptors %s\n", job->page_descriptors);
	if (job->descriptor_ranges[0])
		fprintf(out, "descriptor_ranges %s\n", job->descriptor_ranges);
	if (job->perfctr != PERFCTR_NONE)
		fprintf(out, "perfctr %s\n", perfctr_mode_name(job->perfctr));
	for (i = 0; i < job->nr_counters; i++) {
		counter = &job->counters[i];
		fprintf(out, "counter %s %s %c %" PRIu64 "\n", counter->name, counter->path,
			counter->op, counter->value);
	}
}

int job_format(const struct job *job, char **ret_text)
{
	char *text = NULL;
	size_t size;
	FILE *out;
	bool bad;

	if (!job_ok(job))
		return -EINVAL;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	print_job(job, out);
	bad = ferror(out);
	if (fclose(out) || bad) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	return 0;
}

const char *job_param(const struct job *job, const char *name)
{
	size_t i;

	for (i = 0; i < job->nr_params && i < JOB_PARAMS_MAX; i++)
		if (!strcmp(job->params[i].name, name))
			return job->params[i].value;
	return NULL;
}
