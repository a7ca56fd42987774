/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is drawn at random: always from the seed of the run, so that two boots draw
 * the same. The generator is splitmix64 (Steele, Lea, Flood: "Fast splittable
 * pseudorandom number generators", OOPSLA 2014): no state but a counter, and good
 * from the first draw on whatever the seed.
 */
#ifndef PAGEMETA_PRNG_H
#define PAGEMETA_PRNG_H

#include <stddef.h>
#include <stdint.h>

/**
 * prng_next() - draw 64 bits
 * @state: any number at first, changed by every draw
 */
static inline uint64_t prng_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/**
 * prng_below() - draw a number from 0 to @limit - 1
 * @state: as for prng_next()
 * @limit: not 0, and small beside 2^64: the excess of the low numbers is ignored
 */
static inline uint64_t prng_below(uint64_t *state, uint64_t limit)
{
	return prng_next(state) % limit;
}

/**
 * prng_order() - the numbers from 0 to @nr - 1 in a random order
 * @state: as for prng_next()
 * @order: @nr numbers, written
 * @nr: how many
 */
static inline void prng_order(uint64_t *state, uint32_t *order, size_t nr)
{
	size_t i, k;

	for (i = 0; i < nr; i++) {
		k = (size_t)prng_below(state, i + 1);
		order[i] = order[k];
		order[k] = (uint32_t)i;
	}
}

#endif
