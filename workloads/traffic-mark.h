/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Marks for the traffic plugin, see common/traffic-code.h. They are always made: with
 * the plugin and without it the guest executes the same.
 */
#ifndef PAGEMETA_TRAFFIC_MARK_H
#define PAGEMETA_TRAFFIC_MARK_H

#include <stdint.h>

#include "traffic-code.h"

/** traffic_mark() - say @code, of enum traffic_code */
void traffic_mark(unsigned int code);

/**
 * traffic_mark_range() - whose memory a range of addresses is
 * @class: whose
 * @page_shift: log2 of the size of the pages that map it
 * @start: first address
 * @bytes: how many
 */
void traffic_mark_range(enum traffic_class class, unsigned int page_shift, uint64_t start,
			uint64_t bytes);

#endif
