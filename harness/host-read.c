// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a look reads a host, and how it says what it saw. Files are below a root, so that
 * hosts can be made up.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-private.h"
#include "util.h"

enum host_level host_say(struct host_look *look, enum host_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(look->seen, sizeof(look->seen), fmt, args);
	va_end(args);
	return level;
}

void host_mend(struct host_look *look, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(look->mend, sizeof(look->mend), fmt, args);
	va_end(args);
}

enum host_level host_unread(struct host_look *look, const char *path, int error)
{
	return host_say(look, HOST_UNKNOWN, "cannot be read: %s: %s", path, strerror(-error));
}

static int read_at(const struct host_request *request, char **ret_text, const char *fmt,
		   va_list args)
{
	char path[512], *whole, *text;
	int error;

	vsnprintf(path, sizeof(path), fmt, args);
	whole = str_printf("%s%s", request->root, path);
	error = fs_read(whole, &text, NULL, NULL);
	free(whole);
	if (error)
		return error;
	if (*text && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	*ret_text = text;
	return 0;
}

int host_read(const struct host_request *request, char **ret_text, const char *fmt, ...)
{
	va_list args;
	int error;

	va_start(args, fmt);
	error = read_at(request, ret_text, fmt, args);
	va_end(args);
	return error;
}

int host_number(const struct host_request *request, uint64_t *ret_value, const char *fmt, ...)
{
	unsigned long long value;
	char *text, *end;
	va_list args;
	int error;

	va_start(args, fmt);
	error = read_at(request, &text, fmt, args);
	va_end(args);
	if (error)
		return error;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || !isdigit((unsigned char)*text) || *end)
		error = -EINVAL;
	else
		*ret_value = value;
	free(text);
	return error;
}

bool host_has(const struct host_request *request, const char *path)
{
	char *whole = str_printf("%s%s", request->root, path);
	bool there = fs_exists(whole);

	free(whole);
	return there;
}

unsigned int host_list(const char *text)
{
	unsigned int nr = 0;

	while (isdigit((unsigned char)*text)) {
		char *end;
		unsigned long first = strtoul(text, &end, 10), last = first;

		if (*end == '-' && isdigit((unsigned char)end[1]))
			last = strtoul(end + 1, &end, 10);
		if (last < first || last >= 1u << 20)
			return 0;
		nr += last - first + 1;
		if (!*end)
			return nr;
		if (*end != ',')
			return 0;
		text = end + 1;
	}
	return 0;
}

DIR *host_cpus(const char *root)
{
	char *path = str_printf("%s/sys/devices/system/cpu", root);
	DIR *cpus = opendir(path);

	free(path);
	return cpus;
}

bool host_next_cpu(DIR *cpus, unsigned int *ret_cpu)
{
	struct dirent *entry;
	unsigned int cpu;
	char more;

	while ((entry = readdir(cpus)))
		if (sscanf(entry->d_name, "cpu%u%c", &cpu, &more) == 1) {
			*ret_cpu = cpu;
			return true;
		}
	return false;
}
