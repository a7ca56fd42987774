// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text of others for JSON, and figures that may be none; see json-text.h.
 */
#include <math.h>
#include <stdlib.h>

#include "json-text.h"
#include "util.h"

json_t *json_text(const char *bytes)
{
	json_t *string = json_string(bytes);
	char *ascii;

	if (string)
		return string;
	ascii = str_dup(bytes);
	for (char *at = ascii; *at; at++)
		if (*at & 0x80)
			*at = '?';
	string = json_string(ascii);
	free(ascii);
	return string;
}

json_t *json_number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}
