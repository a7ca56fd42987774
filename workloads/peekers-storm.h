/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes on while check peekers-storm asks about pages: each function makes pages
 * of some kind come and go once.
 */
#ifndef PAGEMETA_PEEKERS_STORM_H
#define PAGEMETA_PEEKERS_STORM_H

#include <stdint.h>

/**
 * struct storm_action - something that changes pages
 * @name: as in reports
 * @act: do it once; @seed is another number each time. Return: 0, or -errno of what
 *	must not fail. That memory is short or a page busy is no failure
 */
struct storm_action {
	const char *name;
	int (*act)(uint64_t seed);
};

struct nd_device;

/** storm_freed() - an action: asks about frames of memory that is freed and used again */
int storm_freed(uint64_t seed);

/** storm_actions_use() - @device: bound; an action unbinds it and binds it again */
void storm_actions_use(const struct nd_device *device);

/**
 * storm_actions - all of them, ended by a NULL name
 *
 * Each is done by one thread at a time: some change what there is one of in the guest.
 */
extern const struct storm_action storm_actions[];

#endif
