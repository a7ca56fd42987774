/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of the traffic plugin: what it wrote of each window, joined with what the
 * guest says each window was, becomes series like any other.
 */
#ifndef PAGEMETA_TRAFFIC_FIGURES_H
#define PAGEMETA_TRAFFIC_FIGURES_H

#include "err.h"
#include "record.h"

/**
 * traffic_figures_join() - add series of traffic to what a guest recorded
 * @record: with the windows of its series; gets a series SERIES.CLASS_KIND for each of
 *	these and each count, one sample per operation
 * @path: the plugin's file, see common/traffic-count.h
 * @ret_windows: how many windows were joined
 * @err: what is wrong
 *
 * Return: 0, -EBADMSG for a file that is not whole or lacks a window, or -errno.
 */
int traffic_figures_join(struct record *record, const char *path, size_t *ret_windows,
			 struct err *err);

/** traffic_figures_add() - the same, and a check "traffic" that says how it came out */
void traffic_figures_add(struct record *record, const char *path);

#endif
