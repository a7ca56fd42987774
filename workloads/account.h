/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounts what memory is spent on describing memory, around every workload: before it
 * sets up, when it has done what it does, and when its process has ended.
 */
#ifndef PAGEMETA_ACCOUNT_H
#define PAGEMETA_ACCOUNT_H

#include "metadata-read.h"
#include "report.h"

/**
 * struct account - of one cell
 * @source: where to look
 * @boot: what was seen before the workload
 * @started: @source can be used, and @boot be compared with
 */
struct account {
	struct metadata_source source;
	struct metadata boot;
	bool started;
};

/**
 * account_begin() - account METADATA_BOOT
 * @account: filled; ended with account_end(), also when nothing could be read
 * @root: prefix of /proc and /sys: "" in a guest, a folder in tests
 * @job: what the kernel promises; must outlive it
 * @report: whom to tell
 *
 * Beside the checks of metadata_report() it reports metadata-memtotal.
 */
void account_begin(struct account *account, const char *root, const struct job *job,
		   const struct report *report);

/**
 * account_phase() - account another phase
 * @account: begun
 * @phase: METADATA_LOADED or METADATA_AFTER
 * @report: whom to tell
 * @ret_now: set when something could be read, freed with metadata_free(); NULL when it is
 *	not wanted
 *
 * Beside the checks of metadata_report() it reports metadata-free.
 *
 * Return: whether something could be read.
 */
bool account_phase(const struct account *account, enum metadata_phase phase,
		   const struct report *report, struct metadata *ret_now);

/** account_end() - give back what it holds */
void account_end(struct account *account);

#endif
