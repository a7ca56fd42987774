// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what the traffic plugin wrote and joins it with the windows of the samples. The
 * guest decides how many windows there are and what they are called, so neither is
 * taken on trust.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic-count.h"
#include "traffic-figures.h"

#define OPERATIONS_MAX 65536	/* in one window */
#define SERIALS_MAX (UINT64_C(1) << MSG_WINDOW_SERIAL_BITS)

/** struct counts - of one window; @seen: it stands in the file */
struct counts {
	bool seen;
	uint64_t count[TRAFFIC_COUNTS];
};

/**
 * struct traffic_file - the plugin's file
 * @path: where it is
 * @has: classes that the guest has
 * @window: by slot and serial - 1
 * @nr: of each slot
 * @seen: windows in all
 */
struct traffic_file {
	const char *path;
	bool has[TRAFFIC_CLASSES];
	struct counts *window[TRAFFIC_SLOTS];
	size_t nr[TRAFFIC_SLOTS];
	size_t seen;
};

static void file_free(struct traffic_file *file)
{
	for (size_t i = 0; i < TRAFFIC_SLOTS; i++)
		free(file->window[i]);
}

/* The next decimal number of a line, and the blank before it unless it is the first. */
static bool take_number(char **at, uint64_t *ret_value)
{
	char *end;

	if (**at == ' ')
		(*at)++;
	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*ret_value = strtoull(*at, &end, 10);
	*at = end;
	return !errno;
}

static bool take_classes(struct traffic_file *file, const char *line)
{
	struct strv words = { 0 };
	bool good;

	strv_split(&words, line, " ");
	good = words.nr > 1 && !strcmp(words.item[0], "classes");
	for (unsigned int class = 0; class < TRAFFIC_CLASSES; class++)
		file->has[class] = strv_has(&words, traffic_class_name(class));
	strv_free(&words);
	return good;
}

static struct counts *window_at(struct traffic_file *file, uint64_t slot, uint64_t serial)
{
	size_t nr = file->nr[slot];

	if (serial > nr) {
		/* Serials come in order: what is passed over are windows that were given up. */
		file->window[slot] = mem_grow(file->window[slot], serial, sizeof(struct counts));
		memset(file->window[slot] + nr, 0, (serial - nr) * sizeof(struct counts));
		file->nr[slot] = serial;
	}
	return &file->window[slot][serial - 1];
}

static bool take_window(struct traffic_file *file, char *line)
{
	struct counts counts = { .seen = true };
	uint64_t slot, serial;

	if (!take_number(&line, &slot) || !take_number(&line, &serial) ||
	    slot >= TRAFFIC_SLOTS || !serial || serial >= SERIALS_MAX)
		return false;
	for (size_t i = 0; i < TRAFFIC_COUNTS; i++)
		if (!take_number(&line, &counts.count[i]))
			return false;
	if (*line)
		return false;
	*window_at(file, slot, serial) = counts;
	file->seen++;
	return true;
}

static bool take_line(struct traffic_file *file, size_t nr, char *line, bool *ret_end)
{
	uint64_t windows;

	if (nr == 0)
		return !strcmp(line, TRAFFIC_HEADER);
	if (nr == 1)
		return take_classes(file, line);
	if (strncmp(line, "end ", 4))
		return take_window(file, line);
	line += 4;
	*ret_end = take_number(&line, &windows) && !*line && windows == file->seen;
	return *ret_end;
}

static int file_read(const char *path, struct traffic_file *ret_file, struct err *err)
{
	struct traffic_file file = { .path = path };
	FILE *in = fopen(path, "re");
	bool good = true, end = false;
	char *line = NULL;
	size_t size = 0, nr;

	if (!in)
		return err_set(err, -errno, "traffic: %s: %s", path, strerror(errno));
	for (nr = 0; good && !end && getline(&line, &size, in) > 0; nr++) {
		line[strcspn(line, "\n")] = '\0';
		good = take_line(&file, nr, line, &end);
	}
	free(line);
	fclose(in);
	if (good && end) {
		*ret_file = file;
		return 0;
	}
	file_free(&file);
	return err_set(err, -EBADMSG, "traffic: %s: line %zu %s", path, nr + good,
		       good ? "is missing: the plugin did not come to its end" :
			      "is not what the plugin writes");
}

static const struct counts *find_window(const struct traffic_file *file, uint64_t window)
{
	uint64_t slot = MSG_WINDOW_SLOT(window), serial = MSG_WINDOW_SERIAL(window);

	if (slot >= TRAFFIC_SLOTS || !serial || serial > file->nr[slot] ||
	    !file->window[slot][serial - 1].seen)
		return NULL;
	return &file->window[slot][serial - 1];
}

static void add_series(struct record *record, const struct traffic_file *file,
		       const struct record_windows *windows, enum traffic_class class,
		       enum traffic_kind kind)
{
	uint64_t operations = windows->operations, count;
	size_t nr = windows->nr * operations;
	uint64_t *samples = mem_grow(NULL, nr, sizeof(*samples));
	unsigned int at = traffic_count_at(class, kind);
	char *name;

	/* Shared out among the operations of a window, so that their mean is exact. */
	for (size_t i = 0; i < nr; i++) {
		count = find_window(file, windows->window[i / operations])->count[at];
		samples[i] = count / operations + (i % operations < count % operations);
	}
	name = str_printf("%s.%s_%s", windows->series, traffic_class_name(class),
			  traffic_kind_name(kind));
	record_add_samples(record, name, windows->labels, samples, nr);
	free(name);
	free(samples);
}

static int join(struct record *record, const struct traffic_file *file,
		const struct record_windows *windows, struct err *err)
{
	if (!windows->operations || windows->operations > OPERATIONS_MAX)
		return err_set(err, -EBADMSG, "traffic: series %s: windows of %" PRIu64
			       " operations", windows->series, windows->operations);
	for (size_t i = 0; i < windows->nr; i++)
		if (!find_window(file, windows->window[i]))
			return err_set(err, -EBADMSG, "traffic: series %s %s, sample %zu: the plugin "
				       "saw no window %" PRIu64 " of slot %" PRIu64, windows->series,
				       windows->labels, i, MSG_WINDOW_SERIAL(windows->window[i]),
				       MSG_WINDOW_SLOT(windows->window[i]));
	for (unsigned int class = 0; class < TRAFFIC_CLASSES; class++)
		for (unsigned int kind = 0; kind < TRAFFIC_KINDS; kind++)
			if (file->has[class] && traffic_is_counted(class, kind))
				add_series(record, file, windows, class, kind);
	return 0;
}

int traffic_figures_join(struct record *record, const char *path, size_t *ret_windows,
			 struct err *err)
{
	struct traffic_file file;
	size_t nr = 0;
	int error;

	error = file_read(path, &file, err);
	if (error)
		return error;
	for (size_t i = 0; i < record->nr_windows && !error; i++) {
		error = join(record, &file, &record->windows[i], err);
		nr += record->windows[i].nr;
	}
	file_free(&file);
	if (!error)
		*ret_windows = nr;
	return error;
}

void traffic_figures_add(struct record *record, const char *path)
{
	struct err err = { "" };
	size_t windows = 0;

	if (traffic_figures_join(record, path, &windows, &err))
		record_add_check(record, "traffic", VERDICT_BROKEN, "%s", err.text);
	else
		record_add_check(record, "traffic", VERDICT_PASS, "memory traffic was counted in %zu "
				 "windows of %zu series", windows, record->nr_windows);
}
