/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters of a phase as a record of the port (MSG_COUNTERS), and back.
 */
#ifndef PAGEMETA_PERFCTR_MSG_H
#define PAGEMETA_PERFCTR_MSG_H

#include "msg.h"
#include "perfctr.h"

/** perfctr_to_msg() - @ret_msg becomes a MSG_COUNTERS that says @phase */
void perfctr_to_msg(const struct perfctr_phase *phase, struct msg *ret_msg);

/**
 * perfctr_from_msg() - what a guest says of a phase
 * @msg: a decoded MSG_COUNTERS
 * @ret_phase: filled on success
 *
 * Refused: a phase without windows or number, or with a name that is none or has several
 * lines; more or fewer events than there are; an errno that is none; figures beside an
 * errno; figures over PERFCTR_MAX; times of an account; a counter that was to run and never
 * did; a value that is not the raw one scaled: less than it, or another although the counter
 * was never shared.
 *
 * Return: 0 or -EBADMSG.
 */
int perfctr_from_msg(const struct msg *msg, struct perfctr_phase *ret_phase);

#endif
