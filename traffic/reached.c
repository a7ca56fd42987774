// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts how often functions are entered. Before the workload starts nothing counts:
 * most of a kernel's memory management runs once while it boots.
 */
#include "reached.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "traffic-code.h"

static int by_address(const void *a, const void *b)
{
	const struct reached_function *left = a, *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

static int by_line(const void *a, const void *b)
{
	const struct reached_function *left = a, *right = b;

	return left->line < right->line ? -1 : left->line > right->line;
}

static int add(struct reached *reached, const char *line)
{
	struct reached_function *function;
	uint64_t address;
	char *end;

	errno = 0;
	address = strtoull(line, &end, 16);
	if (errno || end == line || (*end != ' ' && *end != '\n') || *line == '-')
		return -EINVAL;
	if (reached->nr == REACHED_FUNCTIONS_MAX)
		return -E2BIG;
	function = realloc(reached->function, (reached->nr + 1) * sizeof(*function));
	if (!function)
		return -ENOMEM;
	reached->function = function;
	function[reached->nr] = (struct reached_function){ .address = address, .line = reached->nr };
	reached->nr++;
	return 0;
}

int reached_init(struct reached *reached, FILE *map, FILE *out)
{
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	*reached = (struct reached){ .out = out };
	while (!err && getline(&line, &size, map) > 0)
		err = add(reached, line);
	free(line);
	if (reached->nr)
		qsort(reached->function, reached->nr, sizeof(*reached->function), by_address);
	return err;
}

void reached_free(struct reached *reached)
{
	free(reached->function);
	reached->function = NULL;
	reached->nr = 0;
}

struct reached_function *reached_find(const struct reached *reached, uint64_t address)
{
	const struct reached_function key = { .address = address };

	if (!reached->nr)
		return NULL;
	return bsearch(&key, reached->function, reached->nr, sizeof(key), by_address);
}

void reached_call(struct reached *reached, struct reached_function *function)
{
	if (__atomic_load_n(&reached->active, __ATOMIC_RELAXED))
		__atomic_fetch_add(&function->calls, 1, __ATOMIC_RELAXED);
}

void reached_take_mark(struct reached *reached, unsigned int code)
{
	if (code == TRAFFIC_START || code == TRAFFIC_STOP)
		__atomic_store_n(&reached->active, code == TRAFFIC_START, __ATOMIC_RELAXED);
}

void reached_write(struct reached *reached)
{
	uint32_t i;

	if (reached->nr)
		qsort(reached->function, reached->nr, sizeof(*reached->function), by_line);
	fprintf(reached->out, REACHED_HEADER "\n");
	for (i = 0; i < reached->nr; i++)
		fprintf(reached->out, "%" PRIu64 "\n", reached->function[i].calls);
	fprintf(reached->out, "end\n");
}
