// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of run.db and the words that stand in them; docs/result-format.md
 * describes them for people. Words instead of numbers, so that a run explains
 * itself to anyone with the sqlite3 program.
 */
#include <string.h>

#include "store-private.h"

/*
 * Two promises to later schemas: table run keeps its column suite_version (an
 * older suite names it when it refuses the file), and application_id stays.
 */
const char store_schema_sql[] =
	"CREATE TABLE run ("
	"	one INTEGER PRIMARY KEY CHECK (one = 1),"
	"	id TEXT NOT NULL,"
	"	suite_version TEXT NOT NULL,"
	"	engine TEXT NOT NULL,"
	"	exact INTEGER NOT NULL CHECK (exact IN (0, 1)),"
	"	profile TEXT NOT NULL,"
	"	argv TEXT NOT NULL,"
	"	qemu_version TEXT NOT NULL,"
	"	agent_hash TEXT NOT NULL,"
	"	host TEXT NOT NULL,"
	"	topology TEXT NOT NULL,"
	"	notes TEXT NOT NULL,"
	"	traffic TEXT NOT NULL,"
	"	strict INTEGER NOT NULL CHECK (strict IN (0, 1)),"
	"	started INTEGER NOT NULL,"
	"	ended INTEGER NOT NULL DEFAULT 0,"
	"	status TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'finished'))"
	") STRICT;"
	"CREATE TABLE finding ("
	"	id INTEGER PRIMARY KEY,"
	"	stage TEXT NOT NULL CHECK (stage IN ('start', 'end')),"
	"	time INTEGER NOT NULL,"
	"	name TEXT NOT NULL,"
	"	level TEXT NOT NULL,"
	"	seen TEXT NOT NULL,"
	"	mend TEXT NOT NULL"
	") STRICT;"
	"CREATE TABLE kernel ("
	"	id INTEGER PRIMARY KEY,"
	"	variant TEXT NOT NULL UNIQUE,"
	"	key TEXT NOT NULL,"
	"	source_version TEXT NOT NULL,"
	"	patch_hash TEXT NOT NULL,"
	"	config_hash TEXT NOT NULL,"
	"	image_hash TEXT NOT NULL,"
	"	compiler TEXT NOT NULL,"
	"	off TEXT NOT NULL,"
	"	seconds REAL NOT NULL"
	") STRICT;"
	"CREATE TABLE metric ("
	"	id INTEGER PRIMARY KEY,"
	"	workload TEXT NOT NULL,"
	"	name TEXT NOT NULL,"
	"	help TEXT NOT NULL,"
	"	series TEXT NOT NULL,"
	"	unit TEXT NOT NULL,"
	"	direction TEXT NOT NULL,"
	"	combine TEXT NOT NULL,"
	"	reference TEXT NOT NULL,"
	"	UNIQUE (workload, name)"
	") STRICT;"
	"CREATE TABLE cell ("
	"	id INTEGER PRIMARY KEY,"
	"	variant TEXT NOT NULL,"
	"	workload TEXT NOT NULL,"
	"	params TEXT NOT NULL,"
	"	trial INTEGER NOT NULL CHECK (trial >= 0),"
	"	status TEXT NOT NULL DEFAULT 'planned'"
	"		CHECK (status IN ('planned', 'running', 'finished')),"
	"	verdict TEXT,"
	"	reason TEXT NOT NULL DEFAULT '',"
	"	started INTEGER NOT NULL DEFAULT 0,"
	"	ready_ns INTEGER NOT NULL DEFAULT 0,"
	"	wall_ns INTEGER NOT NULL DEFAULT 0,"
	"	max_rss INTEGER NOT NULL DEFAULT 0,"
	"	command TEXT NOT NULL DEFAULT '',"
	"	console TEXT NOT NULL DEFAULT '',"
	"	job TEXT NOT NULL DEFAULT '',"
	"	placement TEXT NOT NULL DEFAULT '',"
	"	UNIQUE (variant, workload, params, trial),"
	"	CHECK ((status = 'finished') = (verdict IS NOT NULL))"
	") STRICT;"
	"CREATE TABLE series ("
	"	id INTEGER PRIMARY KEY,"
	"	cell INTEGER NOT NULL REFERENCES cell (id),"
	"	name TEXT NOT NULL,"
	"	labels TEXT NOT NULL,"
	"	samples BLOB NOT NULL CHECK (length(samples) % 8 = 0),"
	"	UNIQUE (cell, name, labels)"
	") STRICT;"
	"CREATE TABLE checks ("
	"	id INTEGER PRIMARY KEY,"
	"	cell INTEGER NOT NULL REFERENCES cell (id),"
	"	name TEXT NOT NULL,"
	"	labels TEXT NOT NULL,"
	"	verdict TEXT NOT NULL,"
	"	reason TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX checks_cell ON checks (cell);"
	"CREATE TABLE counters ("
	"	id INTEGER PRIMARY KEY,"
	"	cell INTEGER NOT NULL REFERENCES cell (id),"
	"	source TEXT NOT NULL CHECK (source IN ('guest', 'host')),"
	"	phase INTEGER NOT NULL CHECK (phase > 0),"
	"	name TEXT NOT NULL,"
	"	windows INTEGER NOT NULL CHECK (windows >= 0),"
	"	event TEXT NOT NULL,"
	"	unit TEXT NOT NULL,"
	"	direction TEXT NOT NULL,"
	"	via TEXT NOT NULL,"
	"	error INTEGER NOT NULL CHECK (error >= 0),"
	"	value INTEGER CHECK (value >= 0),"
	"	raw INTEGER CHECK (raw >= 0),"
	"	enabled_ns INTEGER CHECK (enabled_ns >= 0),"
	"	running_ns INTEGER CHECK (running_ns >= 0),"
	"	UNIQUE (cell, source, phase, event),"
	"	CHECK ((error = 0) = (value IS NOT NULL)),"
	"	CHECK ((value IS NULL) = (raw IS NULL)),"
	"	CHECK ((value IS NULL) = (enabled_ns IS NULL)),"
	"	CHECK ((value IS NULL) = (running_ns IS NULL))"
	") STRICT;";

/* Not metric_unit_name(): that resolves the clock, and a stored run must not lose it. */
static const char *const unit_word[UNIT_NR] = {
	[UNIT_CLOCK] = "clock",
	[UNIT_BYTES] = "bytes",
	[UNIT_PAGES] = "pages",
	[UNIT_COUNT] = "count",
	[UNIT_RATIO] = "ratio",
};

const char *store_unit_word(enum metric_unit unit)
{
	return (unsigned int)unit < UNIT_NR ? unit_word[unit] : "invalid";
}

int store_unit_parse(const char *word, enum metric_unit *ret_unit)
{
	for (int i = 0; i < UNIT_NR; i++) {
		if (strcmp(word, unit_word[i]))
			continue;
		*ret_unit = i;
		return 0;
	}
	return -EINVAL;
}

int store_direction_parse(const char *word, enum metric_direction *ret_direction)
{
	for (int i = 0; i < DIR_NR; i++) {
		if (strcmp(word, metric_direction_name(i)))
			continue;
		*ret_direction = i;
		return 0;
	}
	return -EINVAL;
}

int store_via_parse(const char *word, enum perfctr_via *ret_via)
{
	for (int i = 0; i < PERFCTR_VIAS; i++) {
		if (strcmp(word, perfctr_via_name(i)))
			continue;
		*ret_via = i;
		return 0;
	}
	return -EINVAL;
}

int store_combine_parse(const char *word, enum metric_combine *ret_combine)
{
	for (int i = 0; i < COMBINE_NR; i++) {
		if (strcmp(word, metric_combine_name(i)))
			continue;
		*ret_combine = i;
		return 0;
	}
	return -EINVAL;
}

int store_reference_parse(const char *word, enum metric_reference *ret_reference)
{
	for (int i = 0; i < REFERENCE_NR; i++) {
		if (strcmp(word, metric_reference_name(i)))
			continue;
		*ret_reference = i;
		return 0;
	}
	return -EINVAL;
}
