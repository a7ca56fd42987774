/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of a trend share.
 */
#ifndef PAGEMETA_TREND_PRIVATE_H
#define PAGEMETA_TREND_PRIVATE_H

#include "trend.h"

void trend_print_text(const struct trend *trend, unsigned int flags, FILE *out);
int trend_print_json(const struct trend *trend, FILE *out);
void trend_print_csv(const struct trend *trend, FILE *out);

/** trend_agent_changed() - whether run @at has another agent than the run before */
bool trend_agent_changed(const struct trend *trend, size_t at);

/** trend_change_at() - the change whose new level begins at point @at, NULL for none */
const struct trend_change *trend_change_at(const struct trend_series *series, size_t at);

#endif
