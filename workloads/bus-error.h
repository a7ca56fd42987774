/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIGBUS, with which the kernel tells a process of memory that failed: waited for, or
 * provoked and survived.
 */
#ifndef PAGEMETA_BUS_ERROR_H
#define PAGEMETA_BUS_ERROR_H

#include <stdint.h>

/**
 * struct bus_error - signals since bus_error_forget()
 * @nr: how many
 * @code: si_code of the last, BUS_MCEERR_AR for memory that failed
 * @at: its address
 */
struct bus_error {
	unsigned int nr;
	int code;
	const void *at;
};

/** bus_error_catch() - from now on they do not end the process */
void bus_error_catch(void);
/** bus_error_release() - as it was before */
void bus_error_release(void);

/** bus_error_forget() - count anew */
void bus_error_forget(void);
/** bus_error_seen() - Return: what came since then */
struct bus_error bus_error_seen(void);

/** bus_error_try() - read memory. Return: the byte at @at, or -1 for SIGBUS */
int bus_error_try(const uint8_t *at);

#endif
