// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judges the account of a guest. It may say anything: figures are bounded before they are
 * added.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metadata.h"
#include "metadata-judge.h"

#define MIB (UINT64_C(1) << 20)
#define SENSIBLE (UINT64_C(1) << 52)	/* bytes: more than x86-64 can have */

/* Holes below 1 MiB, and up to 256 KiB of firmware below 4 GiB. */
#define HOLES MIB

/**
 * struct account - what came
 * @has: a figure of a kind in a phase, of any node
 * @bytes: of metadata that is written when it is made, in RAM, by phase
 * @present: memory at boot; 0 for none said
 * @senseless: the first figure that cannot be
 */
struct account {
	bool has[METADATA_KINDS][METADATA_PHASES];
	uint64_t bytes[METADATA_PHASES];
	uint64_t present;
	const struct store_series *senseless;
};

/* Pools hold what nobody has used, and a slab has room. */
static bool is_written(enum metadata_kind kind)
{
	return kind != METADATA_DESCRIPTORS && kind != METADATA_ZSPAGES;
}

static void take_metadata(struct account *account, const struct store_series *series)
{
	enum metadata_phase phase;
	enum metadata_kind kind;
	unsigned int node;

	if (!metadata_labels_parse(series->labels, &kind, &node, &phase) || series->nr != 1 ||
	    series->samples[0] >= SENSIBLE) {
		account->senseless = series;
		return;
	}
	account->has[kind][phase] = true;
	if (node != METADATA_DEVICE && is_written(kind))
		account->bytes[phase] += series->samples[0];
}

static void read_account(const struct record *record, struct account *ret_account)
{
	struct account account = { .present = 0 };

	for (size_t i = 0; i < record->nr_series && !account.senseless; i++) {
		const struct store_series *series = &record->series[i];

		if (!strcmp(series->name, METADATA_SERIES))
			take_metadata(&account, series);
		else if (!strcmp(series->name, METADATA_MEMORY_SERIES) && series->nr == 1 &&
			 !strcmp(series->labels, "kind=present,phase=boot"))
			account.present = series->samples[0];
	}
	*ret_account = account;
}

/* Why it cannot account says a check of its own. */
static bool cannot_account(const struct record *record)
{
	for (size_t i = 0; i < record->nr_checks; i++)
		if (!strcmp(record->check[i].name, "metadata-counted") &&
		    (record->check[i].verdict == VERDICT_UNSUPPORTED ||
		     record->check[i].verdict == VERDICT_BROKEN))
			return true;
	return false;
}

static void check_complete(struct record *record, const struct account *account, bool ran)
{
	char missing[64] = "";
	unsigned int nr = 0;

	for (unsigned int kind = 0; kind < METADATA_KINDS; kind++)
		for (unsigned int phase = 0; phase < METADATA_PHASES; phase++) {
			if (account->has[kind][phase] || (phase == METADATA_LOADED && !ran))
				continue;
			if (!nr++)
				snprintf(missing, sizeof(missing), ": the first is %s, phase %s",
					 metadata_kind_name(kind), metadata_phase_name(phase));
		}
	if (account->senseless)
		record_add_check(record, "metadata-complete", VERDICT_FAIL,
				 "a figure makes no sense: " METADATA_SERIES " %.128s",
				 account->senseless->labels);
	else
		record_add_check(record, "metadata-complete", nr ? VERDICT_FAIL : VERDICT_PASS,
				 "%u kinds in %d phases, %u are missing%s", METADATA_KINDS,
				 ran ? METADATA_PHASES : METADATA_PHASES - 1, nr, missing);
}

static void check_given(struct record *record, const struct workload_needs *needs,
			uint64_t present)
{
	uint64_t given = needs->mem_mib * MIB;
	bool less = strstr(needs->cmdline, "memmap=") || strstr(needs->cmdline, "mem=");
	uint64_t least = less ? 1 : given - HOLES;

	record_add_check(record, "metadata-given",
			 present >= least && present <= given ? VERDICT_PASS : VERDICT_FAIL,
			 "%" PRIu64 " B present at boot, must be %" PRIu64 " to %" PRIu64
			 ": %u MiB were given%s", present, least, given, needs->mem_mib,
			 less ? ", and the command line takes memory away" : ", less holes and firmware");
}

/* What a balloon took away had been written as well; then only what is left can be told. */
static uint64_t written(const struct account *account, const struct workload_needs *needs)
{
	uint64_t most = account->bytes[METADATA_AFTER];

	for (unsigned int phase = 0; phase < METADATA_PHASES && !needs->balloon_mib; phase++)
		if (account->bytes[phase] > most)
			most = account->bytes[phase];
	return most;
}

static void check_resident(struct record *record, const struct account *account,
			   const struct workload_needs *needs, const struct guest_result *result)
{
	const struct guest_ram *ram = &result->ram;
	uint64_t least = written(account, needs);

	if (ram->bytes)
		record_add_check(record, "metadata-resident",
				 ram->resident >= least && ram->resident <= ram->bytes ?
				 VERDICT_PASS : VERDICT_FAIL,
				 "the host has %" PRIu64 " B of the guest's RAM, must be %" PRIu64
				 " B of metadata to %" PRIu64 " B, all of it", ram->resident, least,
				 ram->bytes);
	else
		record_add_check(record, "metadata-resident",
				 result->max_rss >= least ? VERDICT_PASS : VERDICT_FAIL,
				 "QEMU was gone before its memory could be looked at; it had %" PRIu64
				 " B at most, must be %" PRIu64 " B of metadata at least",
				 result->max_rss, least);
}

void metadata_judge(struct record *record, const struct workload_needs *needs,
		    const struct guest_result *result)
{
	struct account account;

	if (cannot_account(record))
		return;
	read_account(record, &account);
	check_complete(record, &account, result->end_verdict == VERDICT_PASS);
	check_given(record, needs, account.present);
	check_resident(record, &account, needs, result);
}
