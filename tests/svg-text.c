// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the labels in gnuplot's SVG. A label is
 *	<g transform="translate(x,y) [rotate(270)]" ... font-size="13.00" text-anchor="middle">
 *		<text>...</text>
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "svg-text.h"
#include "util.h"

/* Of the size: what a letter of DejaVu Sans takes in the mean, and what is above the line. */
#define LETTER 0.58
#define ABOVE 0.73
#define BELOW 0.18

static const char *last_before(const char *svg, const char *at, const char *word)
{
	const char *found = NULL;

	for (const char *next = svg; (next = strstr(next, word)) && next < at; next++)
		found = next;
	return found;
}

/* One letter may be several bytes, or an entity such as &lt; */
static size_t letters(const char *text)
{
	size_t nr = 0;

	for (; *text; text++) {
		if (*text == '&' && strchr(text, ';'))
			text = strchr(text, ';');
		nr += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return nr;
}

static double number_in(const char *at, const char *end, const char *word, double otherwise)
{
	const char *found = strstr(at, word);

	return found && found < end ? atof(found + strlen(word)) : otherwise;
}

static bool is_in(const char *at, const char *end, const char *word)
{
	const char *found = strstr(at, word);

	return found && found < end;
}

static void place(struct svg_text *label, const char *group, const char *at, double size)
{
	double x = 0, y = 0, width, from;

	assert_int_equal(sscanf(group, "<g transform=\"translate(%lf,%lf)", &x, &y), 2);
	size = number_in(group, at, "font-size=\"", size);
	width = letters(label->text) * LETTER * size;
	from = is_in(group, at, "text-anchor=\"middle\"") ? -width / 2 :
	       is_in(group, at, "text-anchor=\"end\"") ? -width : 0;
	if (is_in(group, at, "rotate(270")) {
		label->left = x - ABOVE * size;
		label->right = x + BELOW * size;
		label->top = y - from - width;
		label->bottom = y - from;
	} else {
		label->left = x + from;
		label->right = x + from + width;
		label->top = y - ABOVE * size;
		label->bottom = y + BELOW * size;
	}
}

struct svg_text *svg_texts(const char *svg, double size, size_t *ret_nr)
{
	struct svg_text *list = NULL;
	size_t nr = 0;

	for (const char *at = svg; (at = strstr(at, "<text")); at++) {
		const char *group = last_before(svg, at, "<g transform=\"translate(");
		const char *begin = strchr(at, '>') + 1, *end = strstr(begin, "</text>");

		assert_non_null(group);
		assert_non_null(end);
		list = mem_grow(list, nr + 1, sizeof(*list));
		snprintf(list[nr].text, sizeof(list[nr].text), "%.*s", (int)(end - begin), begin);
		place(&list[nr++], group, at, size);
	}
	*ret_nr = nr;
	return list;
}

bool svg_texts_overlap(const struct svg_text *one, const struct svg_text *two)
{
	double across = fmin(one->right, two->right) - fmax(one->left, two->left);
	double down = fmin(one->bottom, two->bottom) - fmax(one->top, two->top);

	if (!strcmp(one->text, two->text) && fabs(one->left - two->left) < 1 &&
	    fabs(one->top - two->top) < 1)
		return false;
	/* half a pixel of letters that are as wide in the mean only */
	return across > 0.5 && down > 0.5;
}

void svg_check_texts(const char *name, const char *svg, double size)
{
	double width = 0, height = 0;
	struct svg_text *label;
	const char *box;
	size_t nr;

	box = strstr(svg, "viewBox=\"0 0 ");
	assert_non_null(box);
	assert_int_equal(sscanf(box, "viewBox=\"0 0 %lf %lf", &width, &height), 2);
	label = svg_texts(svg, size, &nr);
	assert_true(nr > 0);
	for (size_t i = 0; i < nr; i++) {
		if (label[i].left < -2 || label[i].right > width + 2 || label[i].top < -2 ||
		    label[i].bottom > height + 2)
			fail_msg("%s: \"%s\" is not within the picture: %.0f to %.0f, %.0f to %.0f",
				 name, label[i].text, label[i].left, label[i].right, label[i].top,
				 label[i].bottom);
		for (size_t k = 0; k < i; k++)
			if (svg_texts_overlap(&label[i], &label[k]))
				fail_msg("%s: \"%s\" and \"%s\" lie on each other", name,
					 label[k].text, label[i].text);
	}
	free(label);
}
