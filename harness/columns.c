// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How wide a page of text is.
 */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "columns.h"

#define COLUMNS_MOST 1000

static unsigned int bounded(unsigned long columns)
{
	if (columns < COLUMNS_LEAST)
		return COLUMNS_LEAST;
	return columns < COLUMNS_MOST ? columns : COLUMNS_MOST;
}

static unsigned long asked_for(void)
{
	const char *text = getenv("COLUMNS");
	unsigned long value;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return 0;
	value = strtoul(text, &end, 10);
	return *end ? 0 : value;
}

unsigned int columns_of(FILE *out, unsigned int otherwise)
{
	unsigned long asked = asked_for();
	struct winsize size = { 0 };
	int fd = fileno(out);

	if (asked)
		return bounded(asked);
	if (fd >= 0 && !ioctl(fd, TIOCGWINSZ, &size) && size.ws_col)
		return bounded(size.ws_col);
	return otherwise;
}
