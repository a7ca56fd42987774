/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phases of accounting.
 */
#include "account.h"

#include <string.h>

#include "boot-memory.h"
#include "metadata-check.h"

static void begin(struct account *account, const struct report *report, int err, const char *why)
{
	struct boot_memory memory;
	char other[METADATA_WHY] = "";

	account->started = !err;
	if (err) {
		metadata_report_unread(report, METADATA_BOOT, err, why);
		return;
	}
	metadata_report(report, &account->source, METADATA_BOOT, &account->boot);
	err = boot_memory_read(&account->source, &account->boot.map, &memory, other);
	if (err)
		report_check(report, "metadata-memtotal", "", VERDICT_BROKEN, "%s", other);
	else
		boot_memory_report(report, &account->source, &account->boot, &memory);
}

void account_begin(struct account *account, const char *root, const struct job *job,
		   const struct report *report)
{
	char why[METADATA_WHY] = "";
	int err;

	memset(account, 0, sizeof(*account));
	err = metadata_source_begin(root, job, &account->source, why);
	if (!err)
		err = metadata_read(&account->source, &account->boot, why);
	begin(account, report, err, why);
}

bool account_phase(const struct account *account, enum metadata_phase phase,
		   const struct report *report, struct metadata *ret_now)
{
	char why[METADATA_WHY] = "";
	struct metadata now;
	int err;

	if (!account->started)
		return false;
	err = metadata_read(&account->source, &now, why);
	if (err) {
		metadata_report_unread(report, phase, err, why);
		return false;
	}
	metadata_report(report, &account->source, phase, &now);
	metadata_report_free(report, phase, &account->boot, &now);
	if (ret_now)
		*ret_now = now;
	else
		metadata_free(&now);
	return true;
}

void account_end(struct account *account)
{
	metadata_free(&account->boot);
	account->started = false;
}
