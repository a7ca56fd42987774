/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells held against those of a known good kernel, for what nothing else can tell:
 * how each page is classified, which of the kernel's own tests pass. It is judged
 * when all cells have ended, from the stored run alone.
 */
#ifndef PAGEMETA_REFERENCE_H
#define PAGEMETA_REFERENCE_H

#include "store.h"

#define REFERENCE_CHECK "as-reference"	/* name of the check that is added per metric */

/**
 * struct reference_finding - what the reference tells of one cell
 * @cell: id
 * @verdict: of the cell, its new checks taken into account
 * @reason: of the cell; malloc'd
 * @check: one per metric that declares a reference; owned
 * @nr_checks: how many
 */
struct reference_finding {
	int64_t cell;
	enum verdict verdict;
	char *reason;
	struct store_check *check;
	size_t nr_checks;
};

/**
 * reference_of() - which variant another one is held against
 * @labels: variants of the run, in order of the plan
 * @label: one of them
 *
 * The first variant of the run, or that variant with "+debug" where @label has it:
 * a debug kernel differs from a production kernel in what this is about. Where the
 * run does not have that one, the first with the same configuration.
 *
 * Return: one of @labels; NULL when @label is the reference itself.
 */
const char *reference_of(const struct strv *labels, const char *label);

/**
 * reference_note() - which variants have nothing beside them
 * @labels: variants of the run
 *
 * Return: malloc'd line, NULL when each is held against another or is what another
 * is held against.
 */
char *reference_note(const struct strv *labels);

/** reference_labels() - variants of a run, in order of their first cells */
void reference_labels(const struct store_content *content, struct strv *ret_labels);

/**
 * reference_judge() - hold the cells of a run against their references
 * @content: a run
 * @ret_nr: how many findings
 *
 * Cells that have not finished, are broken or are unsupported have no figures that
 * could be judged and keep their verdict. A reference that is not there or did not
 * pass is no known good kernel: what should have been held against it is
 * inconclusive.
 *
 * Return: one finding per judged cell, freed with reference_free().
 */
struct reference_finding *reference_judge(const struct store_content *content, size_t *ret_nr);
void reference_free(struct reference_finding *finding, size_t nr);

#endif
