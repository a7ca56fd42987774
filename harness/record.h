/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one guest reports, gathered while it runs, and the judgement of the cell
 * it leads to. A guest is not trusted: what it may make the harness keep is
 * bounded, and what a workload declares is demanded.
 */
#ifndef PAGEMETA_RECORD_H
#define PAGEMETA_RECORD_H

#include "guest.h"
#include "msg.h"
#include "store.h"
#include "workload.h"

#define RECORD_SAMPLES_MAX (UINT64_C(1) << 26)	/* 512 MiB of samples from one guest */
#define RECORD_ENTRIES_MAX 65536		/* series, and checks */

/**
 * struct record_windows - the windows in which samples of a series were taken
 * @series: its name
 * @labels: its labels
 * @operations: in each window
 * @window: one a sample, see MSG_WINDOWS
 * @nr: how many
 */
struct record_windows {
	char *series;
	char *labels;
	uint64_t operations;
	uint64_t *window;
	size_t nr;
};

/**
 * struct record - what came from one guest
 * @series: one entry per name and labels, in order of their first samples
 * @nr_series: how many
 * @check: as they came
 * @nr_checks: how many
 * @windows: as they came; what came of one series in several records is one entry
 * @nr_windows: how many
 * @counter: of the guest's phases as they came, and of the host
 * @nr_counters: how many
 * @phase: number of the guest's last phase
 * @disorder: phases came twice or in no order; they were dropped
 * @samples: total over all series and windows
 * @overflow: the guest sent more than the limits; the rest was dropped
 */
struct record {
	struct store_series *series;
	size_t nr_series;
	struct store_check *check;
	size_t nr_checks;
	struct record_windows *windows;
	size_t nr_windows;
	struct store_counter *counter;
	size_t nr_counters;
	uint64_t phase;
	bool disorder;
	uint64_t samples;
	bool overflow;
};

/** record_msg() - take a record of the guest */
void record_msg(struct record *record, const struct msg *msg);

/** record_add_samples() - samples that the harness itself has of a series */
void record_add_samples(struct record *record, const char *series, const char *labels,
			const uint64_t *samples, size_t nr);

/** record_take_counters() - the same for MSG_COUNTERS alone */
void record_take_counters(struct record *record, const struct msg *msg);

/** record_add_phase() - counters that the harness itself has; @source is STORE_HOST */
void record_add_phase(struct record *record, const char *source,
		      const struct perfctr_phase *phase);

/** record_copy_counters() - those of a cell that an earlier run has */
void record_copy_counters(struct record *record, const struct store_counter *counter, size_t nr);

/** record_add_check() - a check the harness itself makes */
void record_add_check(struct record *record, const char *name, enum verdict verdict,
		      const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/**
 * record_judge() - the verdict of a cell
 * @record: what came; a declared check that did not come is added as failed
 * @workload: what was declared
 * @also: a check that this cell owes beside; NULL for none
 * @result: how the guest ended
 * @ret_reason: malloc'd, one line
 */
enum verdict record_judge(struct record *record, const struct workload *workload,
			  const char *also, const struct guest_result *result, char **ret_reason);

/**
 * record_compare() - whether two boots gave the same figures to the last digit
 * @first: series of one boot
 * @nr_first: how many
 * @second: series of the other
 * @nr_second: how many
 * @ret_why: malloc'd: how many samples were equal, or the first difference
 *
 * Return: true when they are equal.
 */
bool record_compare(const struct store_series *first, size_t nr_first,
		    const struct store_series *second, size_t nr_second, char **ret_why);

/**
 * record_compare_counters() - the same for what was counted in the phases of the guests
 * @first: counters of one boot, those of the host among them
 * @nr_first: how many
 * @second: of the other
 * @nr_second: how many
 * @ret_why: malloc'd: "16 counters", "" for none, or the first difference
 *
 * What each boot counts anew (perfctr_event's exact) must be equal, and so must the reason
 * why something is not counted. Two boots without counters are equal.
 */
bool record_compare_counters(const struct store_counter *first, size_t nr_first,
			     const struct store_counter *second, size_t nr_second, char **ret_why);

void record_free(struct record *record);

#endif
