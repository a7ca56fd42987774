/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of a report share.
 */
#ifndef PAGEMETA_REPORT_PRIVATE_H
#define PAGEMETA_REPORT_PRIVATE_H

#include "report-model.h"

#define REPORT_PAGE 4096	/* bytes by which metadata may differ and is the same */
#define REPORT_BYTES_FLOOR 0.001	/* or this part of it */

/* Means over many figures have changed from here on; as of one, see judge_default_floor(). */
#define REPORT_EXACT_FLOOR 0.001
#define REPORT_TIMED_FLOOR 0.02

/** report_time_floor() - that of the run's engine */
double report_time_floor(const struct compare *compare);

/** report_is_same_time() - whether a mean is as good as that of the base */
bool report_is_same_time(const struct compare *compare, double ratio);

/** report_params_text() - "a=1,b=2" as "a=1, b=2", which can be wrapped. Return: malloc'd */
char *report_params_text(const char *params);

/** report_figure_text() - "zswap load +2.1 % (compressor=lz4)". Return: malloc'd */
char *report_figure_text(const struct compare *compare, const struct report_figure *figure);

/** report_driver_text() - ", above all in dax (-22 %)" for a mean, or "". Return: malloc'd */
char *report_driver_text(const struct compare *compare, const struct report_card *card);

/** report_failed_text() - "nothing failed", or how much did. Return: malloc'd */
char *report_failed_text(const struct report_card *card);

/** report_memory_make() - metadata of a side beside that of the base */
void report_memory_make(const struct compare *compare, size_t side,
			struct report_memory *ret_memory);

/** report_memory_way() - -1 for less, 0 for the same as far as it counts, 1 for more */
int report_memory_way(double base, double bytes);

/** report_cards_make() - everything of struct report_page that is no sentence */
void report_cards_make(struct report_page *page);

/**
 * struct report_console - what the kernel of a cell said
 * @text: all of it, any bytes
 * @len: how many
 */
struct report_console {
	char *text;
	size_t len;
};

/** report_console_read() - Return: false where there is none in the run's folder @dir */
bool report_console_read(const char *dir, const struct store_cell *cell,
			 struct report_console *ret_console);

/** report_console_excerpt() - around its first trouble, or its end. Return: malloc'd */
char *report_console_excerpt(const struct report_console *console);

/** report_is_shown() - whether a metric is one of those a page shows */
bool report_is_shown(const struct store_metric *metric);

/** report_is_first() - whether a metric is the first of its series, which stands for it */
bool report_is_first(const struct store_content *content, const struct store_metric *metric);

/** report_weight() - see struct report_figure */
unsigned int report_weight(const struct store_content *content, const struct store_metric *metric);

/** report_choose() - the answer, and all sentences */
void report_choose(struct report_page *page);

/** report_is_beaten() - whether another card that can be chosen is as good in all and better */
bool report_is_beaten(const struct report_page *page, const struct report_card *card);

/** report_finished() - whether all cells of the run have ended */
bool report_finished(const struct store_content *content);

#endif
