/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which functions of the kernel a workload reaches: a gate asks whether the code that a
 * patch changed has run at all. Knows nothing of QEMU: plugin.c asks it which
 * instructions are to be counted.
 */
#ifndef PAGEMETA_REACHED_H
#define PAGEMETA_REACHED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define REACHED_FUNCTIONS_MAX 65536
#define REACHED_HEADER "pagemeta reached 1"

/**
 * struct reached_function - a function that is looked out for
 * @address: of its first instruction
 * @line: of the map, from 0: what is written is in this order
 * @calls: how often it was entered while counting
 */
struct reached_function {
	uint64_t address;
	uint32_t line;
	uint64_t calls;
};

/**
 * struct reached - all of them
 * @once: calls are not counted: 1 is written for what ran at all since the machine started
 * @active: between TRAFFIC_START and TRAFFIC_STOP
 * @out: written to at the end
 * @function: in order of addresses
 * @nr: how many
 */
struct reached {
	bool once;
	bool active;
	FILE *out;
	struct reached_function *function;
	uint32_t nr;
};

/**
 * reached_init() - read which functions to look out for
 * @reached: filled; freed with reached_free(), also after a failure
 * @map: a line for each: its address in hexadecimal, the rest is not looked at
 * @out: written to, never closed
 *
 * Return: 0, -EINVAL for a line that is no address, -E2BIG, or -ENOMEM.
 */
int reached_init(struct reached *reached, FILE *map, FILE *out);
void reached_free(struct reached *reached);

/** reached_find() - the function that begins at @address, or NULL */
struct reached_function *reached_find(const struct reached *reached, uint64_t address);

/** reached_call() - one has been entered, by any CPU */
void reached_call(struct reached *reached, struct reached_function *function);

/** reached_take_mark() - the agent says something; @code is of enum traffic_code */
void reached_take_mark(struct reached *reached, unsigned int code);

/** reached_write() - a line of calls for each function, in order of the map; then "end" */
void reached_write(struct reached *reached);

#endif
