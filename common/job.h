/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest is asked to do: a few lines of text in the file /job of its
 * initramfs. Text, so that it can be read in a kept cell; in the initramfs, so
 * that it is there at a fixed instruction count.
 *
 *	workload zswap
 *	param compressor=lz4
 *	clock insns
 *	deadline 60
 *	seed 1
 *	page_bytes 64
 *	memmap_mapping 2M
 *	zspages moving
 *	device_memmap full
 *	failed_bind undone
 *	page_descriptors array
 *	descriptor_ranges /sys/kernel/debug/memdesc/ranges
 *	perfctr quiet
 *	counter base_pages /sys/kernel/debug/vmemmap/base_pages > 0
 */
#ifndef PAGEMETA_JOB_H
#define PAGEMETA_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "perfctr.h"

#define JOB_NAME_MAX 63
#define JOB_VALUE_MAX 255
#define JOB_PARAMS_MAX 32
#define JOB_COUNTERS_MAX 16

/** struct job_param - one parameter of the workload, as text */
struct job_param {
	char name[JOB_NAME_MAX + 1];
	char value[JOB_VALUE_MAX + 1];
};

/**
 * struct job_counter - a figure that proves that the variant's design is active
 * @name: what it is called in results
 * @path: file in the guest that holds one decimal number
 * @op: '<', '=' or '>'
 * @value: what it is held against
 */
struct job_counter {
	char name[JOB_NAME_MAX + 1];
	char path[JOB_VALUE_MAX + 1];
	char op;
	uint64_t value;
};

/**
 * struct job - one cell as the guest sees it
 * @workload: name of the workload
 * @params: parameters, all of them, defaults filled in by the host
 * @nr_params: how many
 * @exact: time operations in instructions (the TSC under icount counts them)
 * @deadline_s: seconds of guest time the workload may take
 * @seed: seed of everything that is drawn at random
 * @delay: instructions to let pass before the workload starts, and others that follow from
 *	it where it has slept, and a number that says how much memory to take before: every
 *	timer and worker then interrupts it elsewhere, and lists of free memory begin elsewhere.
 *	Exact engine only
 * @page_bytes: sizeof(struct page) of this kernel; 0 unknown
 * @memmap_mapping: "2M", "4K" or "" when nothing is promised
 * @zspages: "moving", "fixed" or "" when nothing is promised
 * @device_memmap: "full", "lazy" or "" when nothing is promised
 * @failed_bind: "undone", "kept" or "" when nothing is promised
 * @page_descriptors: "array", "pool" or "" when nothing is promised
 * @descriptor_ranges: file in the guest with the addresses of descriptors, see
 *	traffic_ranges_parse(); "" when there are none
 * @perfctr: which performance counters are read, PERFCTR_NONE where nothing is said
 * @counters: proofs of activity
 * @nr_counters: how many
 */
struct job {
	char workload[JOB_NAME_MAX + 1];
	struct job_param params[JOB_PARAMS_MAX];
	size_t nr_params;
	bool exact;
	uint32_t deadline_s;
	uint64_t seed;
	uint64_t delay;
	uint32_t page_bytes;
	char memmap_mapping[8];
	char zspages[8];
	char device_memmap[8];
	char failed_bind[8];
	char page_descriptors[8];
	char descriptor_ranges[JOB_VALUE_MAX + 1];
	enum perfctr_mode perfctr;
	struct job_counter counters[JOB_COUNTERS_MAX];
	size_t nr_counters;
};

/**
 * job_format() - the text of /job
 * @job: what to write
 * @ret_text: malloc'd text, the caller frees it
 *
 * Return: 0, -ENOMEM, or -EINVAL for a value that does not survive a line format.
 */
int job_format(const struct job *job, char **ret_text);

/**
 * job_parse() - read what job_format() wrote
 * @text: NUL-terminated
 * @ret_job: filled on success
 * @why: on failure the line and what is wrong with it
 * @why_size: bytes at @why
 *
 * Return: 0 or -EINVAL (unknown word, too long, too many, not a number).
 */
int job_parse(const char *text, struct job *ret_job, char *why, size_t why_size);

/** job_param() - the value of a parameter, NULL when the job does not have it */
const char *job_param(const struct job *job, const char *name);

#endif
